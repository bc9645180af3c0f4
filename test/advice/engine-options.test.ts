import { describe, expect, test } from 'vitest'
import { compilationAdvice, generationAdvice } from '#src/advice/engine-options.ts'
import { knowledgeAge } from '#src/advice/knowledge-age.ts'
import { knowledgeDate } from '#src/knowledge/vllm/releases.ts'
import { machineWith, nvidia, shippedMachine } from './machines.ts'

describe('generations', () => {
  test.each([
    ['0.8.5', ['auto', 'v0']],
    ['0.10.2', ['auto', 'v0']],
    ['0.11.0', ['auto']],
    ['0.12.0', ['auto', 'runner-v1', 'runner-v2']],
    ['newest', ['auto', 'runner-v1', 'runner-v2']],
  ])('%s offers %j', (version, choices) => {
    expect(generationAdvice(version).choices).toEqual(choices)
  })
})

describe('compilation at start', () => {
  test('is off on a weak CPU and full elsewhere, ARM included', () => {
    expect(compilationAdvice(shippedMachine('mining-rig'), 'newest').level).toBe('none')
    expect(compilationAdvice(shippedMachine('rtx3060-desktop'), 'newest').level).toBe('full')
    expect(compilationAdvice(shippedMachine('gb10'), 'newest').level).toBe('full')
  })

  test('without nvcc FlashInfer must not compile its sampler, until vLLM sees to that itself', () => {
    const bare = machineWith({ gpus: [nvidia('RTX 3090', '8.6', 24)] })
    const tooled = machineWith({
      gpus: [nvidia('RTX 3090', '8.6', 24)],
      tools: [{ name: 'nvcc', path: '/usr/bin/nvcc', version: '13.0' }],
    })
    expect(compilationAdvice(bare, '0.32.0').environment).toEqual({ VLLM_USE_FLASHINFER_SAMPLER: '0' })
    expect(compilationAdvice(tooled, '0.32.0').environment).toEqual({})
    expect(compilationAdvice(bare, '0.33.0').environment).toEqual({})
  })
})

describe('the age of the knowledge', () => {
  const after = (days: number) => new Date(Date.parse(knowledgeDate) + days * 24 * 60 * 60 * 1000)

  test.each([
    ['newest', 3, 'note', '3 days'],
    ['newest', 100, 'warn', '100 days'],
    ['9.0.0', 1, 'warn', 'is newer'],
    ['0.4.0', 1, 'warn', 'older than the table'],
  ])('%s after %d days: %s', (version, days, kind, said) => {
    const advice = knowledgeAge(version, after(days))
    expect(advice.kind).toBe(kind)
    expect(advice.why).toContain(said)
  })
})

import { describe, expect, it } from 'vitest'
import { cpuVerdictLine, cpuVerdictLines, cpuVerdicts } from '#src/advice/cpu-verdicts.ts'
import { parseMachine } from '#src/machine/read-machine.ts'

function verdictsOf(cpu: Readonly<Record<string, unknown>>) {
  const os = { id: 'ubuntu', glibc: '2.39' }
  return cpuVerdicts(parseMachine(JSON.stringify({ name: 'test', cpu: { model: 'This CPU', ...cpu }, os }), 'test'))
}

describe('what a processor means for each engine build', () => {
  it.each([
    ['no AVX', { architecture: 'x86_64', flags: ['sse4_2'] }, ['no', 'runs', 'no', 'runs']],
    ['AVX2', { architecture: 'x86_64', flags: ['avx', 'avx2'] }, ['limited', 'runs', 'runs', 'runs']],
    ['AVX-512', { architecture: 'x86_64', flags: ['avx', 'avx2', 'avx512f'] }, ['runs', 'runs', 'runs', 'runs']],
    ['ARM', { architecture: 'aarch64', flags: ['asimd'] }, ['runs', 'runs', 'runs', 'runs']],
    ['POWER', { architecture: 'ppc64le' }, ['no', 'no', 'unknown', 'no']],
    ['unread instructions', { architecture: 'x86_64' }, ['unknown', 'runs', 'unknown', 'runs']],
    ['nothing known', {}, ['unknown']],
  ])('%s', (_, cpu, expected) => {
    expect(verdictsOf(cpu).map(({ state }) => state)).toEqual(expected)
  })

  it('says why, a line a build, and in one line for a small screen', () => {
    const verdicts = verdictsOf({ architecture: 'x86_64', flags: ['sse4_2'] })
    expect(cpuVerdictLines(verdicts)).toEqual([
      expect.stringMatching(/^vLLM for the CPU does not run: This CPU has no AVX2/),
      expect.stringMatching(/^llama.cpp for cards does not run: .*AVX2/),
      'vLLM for NVIDIA cards and Ollama run',
    ])
    expect(cpuVerdictLine(verdicts)).toBe('not: vLLM CPU, llama.cpp GPU   runs: vLLM CUDA, Ollama')
  })
})

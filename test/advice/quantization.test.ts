import { describe, expect, test } from 'vitest'
import type { ComputeTarget } from '#src/advice/compute-target.ts'
import { checkpointAdvice } from '#src/advice/quantization.ts'
import { machineWith } from './machines.ts'

const cuda = (capability: string): ComputeTarget => ({ kind: 'cuda', capability })
const advise = (method: string | null, target: ComputeTarget, version = '0.33.0', more = {}) =>
  checkpointAdvice({ method, target, version, machine: machineWith(), ...more })

describe('which checkpoint runs where, through which kernel', () => {
  test.each([
    ['awq', cuda('8.6'), '0.33.0', 'Marlin', 'auto'],
    ['awq', cuda('8.6'), '0.10.2', 'Marlin', 'auto'],
    ['awq', cuda('7.5'), '0.10.2', 'AWQ', 'half'],
    ['awq', cuda('7.5'), '0.33.0', 'Marlin', 'half'],
    ['gptq', cuda('8.6'), '0.33.0', 'Marlin', 'auto'],
    ['gptq', cuda('7.0'), '0.10.2', 'ExLlama', 'half'],
    ['fp8', cuda('8.9'), '0.33.0', 'FP8', 'auto'],
    ['fp8', cuda('8.6'), '0.33.0', 'Marlin', 'auto'],
    ['mxfp4', cuda('12.1'), '0.33.0', 'FP4', 'auto'],
    ['gguf', cuda('8.6'), '0.10.2', 'gguf', 'auto'],
    [null, cuda('8.0'), '0.33.0', null, 'auto'],
    [null, cuda('7.5'), '0.33.0', null, 'half'],
    ['fp8', { kind: 'rocm', arch: 'gfx942' } as const, '0.33.0', 'FP8', 'auto'],
    ['awq', { kind: 'cpu' } as const, '0.33.0', 'CPU', 'auto'],
  ])('%s on %j in %s: %s, dtype %s', (method, target, version, kernel, dtype) => {
    const advice = advise(method, target, version)
    expect(advice).toMatchObject({ runs: true, kernel, dtype })
    expect(advice.flagRule).toBe(method === null || (version === '0.10.2' && method !== 'gguf') ? 'may' : 'must-not')
  })

  test.each([
    ['awq', cuda('6.1'), '0.33.0', 'quantization-capability'],
    ['mxfp4', cuda('7.5'), '0.33.0', 'quantization-capability'],
    ['gguf', cuda('8.6'), '0.33.0', 'quantization-not-in-version'],
    ['bitsandbytes', cuda('8.6'), '0.33.0', 'quantization-not-in-version'],
    ['no_such_method', cuda('8.6'), '0.33.0', 'quantization-not-in-version'],
    ['moe_wna16', { kind: 'rocm', arch: 'gfx942' } as const, '0.33.0', 'quantization-not-on-rocm'],
    ['fp8', { kind: 'cpu' } as const, '0.33.0', 'quantization-not-on-cpu'],
  ])('%s on %j in %s is refused: %s', (method, target, version, id) => {
    const advice = advise(method, target, version)
    expect(advice).toMatchObject({ runs: false, kernel: null, speed: null })
    expect(advice.why.find(({ kind }) => kind === 'refuse')).toMatchObject({ id, instead: expect.any(String) })
  })

  test('GPTQ is served with 4 and 8 symmetric bits only', () => {
    expect(advise('gptq', cuda('8.6'), '0.33.0', { bits: 3 }).runs).toBe(false)
    expect(advise('gptq', cuda('8.6'), '0.33.0', { bits: 4, symmetric: false }).runs).toBe(false)
    expect(advise('gptq', cuda('8.6'), '0.33.0', { bits: 8, symmetric: true }).runs).toBe(true)
  })

  test('a model that refuses float16 does not run before Ampere', () => {
    expect(advise(null, cuda('7.5'), '0.33.0', { family: 'gemma3' }).why[0]?.id).toBe('dtype-none-left')
    expect(advise(null, cuda('8.0'), '0.33.0', { family: 'gemma3' }).runs).toBe(true)
  })

  test.each([
    [cuda('8.9'), ['auto', 'fp8']],
    [cuda('8.6'), ['auto']],
    [{ kind: 'cpu' } as const, ['auto']],
  ])('KV cache dtypes on %j', (target, expected) => {
    expect(advise(null, target).kvCacheDtypes).toEqual(expected)
  })
})

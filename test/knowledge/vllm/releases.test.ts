import { describe, expect, test } from 'vitest'
import { methodNeeds } from '#src/knowledge/vllm/methods.ts'
import {
  isDeprecatedQuantization,
  knowsFlag,
  knowsVariable,
  lifetimeOfFlag,
  quantizationMethods,
  supportsArchitecture,
} from '#src/knowledge/vllm/names.ts'
import {
  knowledgeDate,
  knownReleases,
  lastReleaseFor,
  newestRelease,
  releaseFor,
  requirementsOf,
  runsOn,
} from '#src/knowledge/vllm/releases.ts'
import { compareVersions, isAtLeast } from '#src/knowledge/vllm/version.ts'

describe('what each release knows', () => {
  test.each([
    ['--swap-space', '0.17.1', true],
    ['--swap-space', '0.18.0', false],
    ['swap_space', '0.10.2', true],
    ['--kv-cache-memory-bytes', '0.9.2', false],
    ['--kv-cache-memory-bytes', '0.33.0', true],
    ['--enforce-eager', '0.6.6.post1', true],
    ['--no-enforce-eager', '0.33.0', true],
    ['--no-enable-prefix-caching', '0.11.0', true],
    ['--no-enable-prefix-caching', '0.33.0', true],
    ['--no-enable-chunked-prefill', '0.33.0', true],
    ['--config', '0.33.0', true],
    ['--headless', '0.33.0', true],
    ['--api-key', '0.33.0', true],
    ['--num-scheduler-steps', '0.33.0', false],
    ['--no-tensor-parallel-size', '0.33.0', false],
    ['--tensor-parallel-size', '0.5.0', null],
  ])('the flag %s in %s: %s', (flag, version, expected) => {
    expect(knowsFlag(version, flag)).toBe(expected)
  })

  test.each([
    ['VLLM_USE_V1', '0.10.2', true],
    ['VLLM_USE_V1', '0.11.0', true],
    ['VLLM_USE_V1', '0.11.2', false],
    ['VLLM_ATTENTION_BACKEND', '0.14.1', true],
    ['VLLM_ATTENTION_BACKEND', '0.15.1', false],
    ['VLLM_USE_V2_MODEL_RUNNER', '0.11.2', false],
    ['VLLM_USE_V2_MODEL_RUNNER', '0.12.0', true],
  ])('the variable %s in %s: %s', (name, version, expected) => {
    expect(knowsVariable(version, name)).toBe(expected)
  })

  test.each([
    ['gguf', '0.23.0', true],
    ['gguf', '0.24.0', false],
    ['bitsandbytes', '0.28.0', false],
    ['awq', '0.33.0', true],
    ['auto_awq', '0.23.0', false],
    ['auto_awq', '0.24.0', true],
  ])('the method %s in %s: %s', (method, version, expected) => {
    expect(quantizationMethods(version)?.has(method)).toBe(expected)
  })

  test('architectures come and stay, unknown names are unknown', () => {
    expect(supportsArchitecture('0.33.0', 'Qwen2ForCausalLM')).toBe(true)
    expect(supportsArchitecture('0.6.6.post1', 'Qwen3ForCausalLM')).toBe(false)
    expect(supportsArchitecture('0.33.0', 'toString')).toBe(false)
    expect(isDeprecatedQuantization('0.33.0', 'fbgemm_fp8')).toBe(true)
  })

  test('a patch stands for the next one that was read, a newer release for the newest', () => {
    expect(releaseFor('0.11.1')?.release.version).toBe('0.11.2')
    expect(releaseFor('0.11.0')?.release.version).toBe('0.11.0')
    expect(releaseFor('9.0.0')).toEqual({ release: newestRelease(), exact: false })
    expect(releaseFor('0.5.0')).toBeNull()
  })

  test('a name that is gone says when', () => {
    expect(lifetimeOfFlag('--swap-space')).toEqual({ first: '0.6.6.post1', last: '0.17.1' })
    expect(lifetimeOfFlag('--enforce-eager')?.last).toBeNull()
    expect(lifetimeOfFlag('--no-such-thing')).toBeNull()
  })
})

describe('what each release was built for', () => {
  test.each([
    ['6.1', null],
    ['7.0', '0.19.1'],
    ['7.5', newestRelease().version],
    ['12.1', newestRelease().version],
    ['10.3', newestRelease().version],
  ])('the last release for capability %s is %s', (capability, expected) => {
    expect(lastReleaseFor(capability)?.version ?? null).toBe(expected)
  })

  test('families of newer cards need the CUDA 13 build', () => {
    expect(runsOn(newestRelease(), '12.1', 13)).toBe(true)
    expect(runsOn(newestRelease(), '12.1', 12)).toBe(false)
    expect(runsOn(newestRelease(), '8.7', 12)).toBe(true)
  })

  test.each([
    ['0.19.1', 'awq_marlin', '7.5', ['bfloat16', 'float16']],
    ['0.13.0', 'awq_marlin', '8.0', ['bfloat16', 'float16']],
    ['0.13.0', 'awq', '7.5', ['float16']],
    ['0.33.0', 'mxfp4', '8.0', ['bfloat16']],
  ])('in %s %s needs capability %s', (version, method, capability, dtypes) => {
    expect(methodNeeds(version, method)).toEqual({ capability, dtypes })
  })

  test('requirements are those of the metadata', () => {
    expect(requirementsOf('0.10.2')?.torch).toBe('==2.8.0')
    expect(requirementsOf('0.33.0')?.python).toBe('<3.15,>=3.11')
  })

  test('the table is in order, dated, and has every minor release since 0.6', () => {
    const versions = knownReleases().map(({ version }) => version)
    expect(versions).toEqual(versions.toSorted(compareVersions))
    expect(knowledgeDate).toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(versions.length).toBeGreaterThanOrEqual(29)
    expect(isAtLeast(newestRelease().version, '0.33.0')).toBe(true)
  })
})

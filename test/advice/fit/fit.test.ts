import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fit as predict } from '#src/advice/fit/fit.ts'
import { hostMemory } from '#src/advice/fit/host-memory.ts'
import type { FitInput } from '#src/advice/fit/input.ts'
import { fittingSequences } from '#src/advice/fit/states.ts'
import { GiB, MiB } from '#src/core/bytes.ts'
import { findModel, listModels } from '#src/knowledge/models/catalogue.ts'

function model(id: string) {
  const found = findModel(id)
  if (found === null) throw new Error(`the catalogue lacks ${id}`)
  return found.architecture
}

const onOne3060: FitInput = {
  architecture: model('Qwen/Qwen3-8B-AWQ'),
  gpu: { name: 'NVIDIA GeForce RTX 3060', totalBytes: 12_288 * MiB },
  gpus: 1,
  tensorParallel: 1,
  pipelineParallel: 1,
  vllmVersion: '0.11.0',
  utilization: 0.85,
  maxModelLen: 16_384,
  kvCacheDtype: 'auto',
  enforceEager: false,
}

const large: FitInput = {
  ...onOne3060,
  architecture: model('meta-llama/Llama-3.1-8B-Instruct'),
  gpu: { name: 'NVIDIA H100 80GB HBM3', totalBytes: 81_559 * MiB },
  vllmVersion: '0.32.0',
  utilization: undefined,
  maxModelLen: undefined,
}

describe('an AWQ model on a 12 GiB card', () => {
  test('starts at 0.85 with 16,384, and holds between one and two such requests', () => {
    const { starts, concurrency, weightsGibPerGpu, range } = predict(onOne3060)
    expect(starts).toBe(true)
    expect(weightsGibPerGpu).toBeCloseTo(5.7, 1)
    expect(concurrency).toBeGreaterThan(1)
    expect(concurrency).toBeLessThan(2)
    expect(range.kvTokens.low).toBeLessThan(22_256)
    expect(range.kvTokens.high).toBeGreaterThan(22_256)
  })

  test('does not start at 0.95, because graphs come on top of the utilization there', () => {
    const { starts, reasons } = predict({ ...onOne3060, utilization: 0.95, maxModelLen: 22_256 })
    expect(starts).toBe(false)
    expect(reasons[0]).toMatchObject({ id: 'fit-graphs', kind: 'refuse' })
    expect(reasons[0]?.instead).toContain('enforce-eager')
  })

  test('refuses 40,960 tokens, and names a length that fits', () => {
    const refused = predict({ ...onOne3060, maxModelLen: 40_960 })
    expect(refused.starts).toBe(false)
    expect(refused.reasons[0]).toMatchObject({ id: 'fit-too-long', about: 'layout.maxModelLen' })
    const named = Number(/to ([\d,]+)/.exec(refused.reasons[0]?.what ?? '')?.[1]?.replaceAll(',', ''))
    expect(predict({ ...onOne3060, maxModelLen: named }).starts).toBe(true)
  })
})

describe('what stands in the way', () => {
  test.each([
    [
      'weights that are larger than the card',
      { architecture: model('meta-llama/Llama-3.1-70B-Instruct') },
      'fit-weights',
    ],
    ['heads that do not divide', { gpus: 3, tensorParallel: 3 }, 'fit-layout'],
    ['more cards than there are', { gpus: 1, tensorParallel: 2 }, 'fit-layout'],
    ['somebody else on the card', { gpu: { ...large.gpu, freeBytes: 30 * GiB } }, 'fit-busy'],
    ['a utilization that leaves the cache nothing', { utilization: 0.19 }, 'fit-no-cache'],
  ] as const)('%s', (_name, change, id) => {
    const result = predict({ ...large, ...change })
    expect(result.starts).toBe(false)
    expect(result.reasons[0]).toMatchObject({ id, kind: 'refuse' })
    expect(result.reasons[0]?.instead).toBeTruthy()
  })

  test('a busy card starts at the utilization that the refusal names', () => {
    const busy = { ...large, maxModelLen: 8192, gpu: { ...large.gpu, freeBytes: 30 * GiB } }
    const named = Number(/to (0\.\d+)/.exec(predict(busy).reasons[0]?.what ?? '')?.[1])
    expect(predict({ ...busy, utilization: named }).starts).toBe(true)
  })
})

describe('rules of the versions', () => {
  test('the default utilization is 0.90 before 0.20 and 0.92 since', () => {
    const budget = (vllmVersion: string): string | undefined =>
      predict({ ...large, vllmVersion }).reasons.find((one) => one.id === 'fit-budget')?.why
    expect(budget('0.19.1')).toContain('90 %')
    expect(budget('0.20.0')).toContain('92 %')
  })

  test('eager mode has no graphs', () => {
    expect(predict({ ...large, enforceEager: true }).parts.graphs).toBe(0)
    expect(predict(large).parts.graphs).toBeGreaterThan(0)
  })

  test('an A100 of 80 GB profiles small batches, an H100 large ones', () => {
    const a100 = predict({
      ...large,
      vllmVersion: '0.12.0',
      gpu: { name: 'NVIDIA A100-SXM4-80GB', totalBytes: 81_920 * MiB },
    })
    const h100 = predict({ ...large, vllmVersion: '0.12.0' })
    expect(h100.parts.activations).toBeGreaterThan(2 * a100.parts.activations)
  })

  test('where GPU and CPU share their memory, batches are small and the engine counts its own processes', () => {
    const spark = predict({ ...large, gpu: { name: 'NVIDIA GB10', totalBytes: 121.6 * GiB } })
    const card = predict({
      ...large,
      gpu: { name: 'a card of that size', totalBytes: 122.7 * GiB, capability: '12.1' },
    })
    expect(spark.parts.activations).toBeLessThan(card.parts.activations / 2)
    expect(spark.parts.overhead).toBeGreaterThan(card.parts.overhead + GiB)
  })

  test('experts of gpt-oss are padded further for Marlin than on Hopper, which took Marlin before 0.12', () => {
    const oss = { ...large, architecture: model('openai/gpt-oss-20b') }
    const ampere = predict({ ...oss, gpu: { name: 'NVIDIA GeForce RTX 3090', totalBytes: 24_576 * MiB } })
    expect(ampere.weightsGibPerGpu).toBeGreaterThan(predict(oss).weightsGibPerGpu)
    expect(predict({ ...oss, vllmVersion: '0.11.2' }).weightsGibPerGpu).toBe(ampere.weightsGibPerGpu)
  })
})

describe('what a version counts', () => {
  const eight = { ...large, maxModelLen: 8192, gpu: { name: 'NVIDIA L4', totalBytes: 23_034 * MiB } }
  const awq = { ...eight, architecture: model('Qwen/Qwen3-8B-AWQ') }

  test('since 0.27 a first start leaves less for the cache than later ones, unless nothing is compiled', () => {
    const width = (change: Partial<FitInput>): number => {
      const { kvGibPerGpu } = predict({ ...awq, ...change }).range
      return kvGibPerGpu.high - kvGibPerGpu.low
    }
    expect(width({ vllmVersion: '0.28.0' })).toBeGreaterThan(width({ vllmVersion: '0.28.0', enforceEager: true }) + 0.2)
    expect(width({ vllmVersion: '0.26.0' })).toBeCloseTo(width({ vllmVersion: '0.26.0', enforceEager: true }), 1)
  })

  test('ROCm reserves nothing for graphs before 0.27, and its range is wide', () => {
    const radeon = { ...awq, gpu: { name: 'AMD Radeon RX 7900 XTX', totalBytes: 24_560 * MiB, vendor: 'amd' as const } }
    const moe = { ...radeon, architecture: model('openai/gpt-oss-20b') }
    const kv = (vllmVersion: string, enforceEager: boolean): number =>
      predict({ ...moe, vllmVersion, enforceEager }).kvGibPerGpu
    expect(kv('0.26.0', false)).toBe(kv('0.26.0', true))
    expect(kv('0.28.0', false)).toBeLessThan(kv('0.28.0', true))
    const { range } = predict(radeon)
    expect(range.kvGibPerGpu.high - range.kvGibPerGpu.low).toBeGreaterThan(3)
  })

  test('links between data-centre cards take more than a PCIe slot', () => {
    const pair = { ...large, gpus: 2, tensorParallel: 2, maxNumBatchedTokens: 2048, maxNumSeqs: 64 }
    const workstation = { name: 'NVIDIA RTX 6000 Ada Generation', totalBytes: 49_140 * MiB }
    expect(predict(pair).parts.overhead).toBeGreaterThan(
      predict({ ...pair, gpu: workstation }).parts.overhead + 0.5 * GiB,
    )
  })
})

describe('models whose layers have states', () => {
  const hybrid: FitInput = {
    ...large,
    architecture: model('Qwen/Qwen3.8-27B'),
    gpu: { name: 'NVIDIA RTX PRO 6000 Blackwell', totalBytes: 97_887 * MiB },
    utilization: 0.95,
    maxModelLen: 32_768,
  }

  test('are refused with more requests at once than there are blocks, and start with what the refusal names', () => {
    const refused = predict(hybrid)
    expect(refused.starts).toBe(false)
    expect(refused.reasons[0]).toMatchObject({ id: 'fit-states', about: 'layout.maxNumSeqs' })
    const named = Number(/to (\d+)/.exec(refused.reasons[0]?.what ?? '')?.[1])
    expect(named).toBe(fittingSequences(hybrid))
    expect(predict({ ...hybrid, maxNumSeqs: named }).starts).toBe(true)
  })

  test('ask for no blocks before 0.20, nor in eager mode', () => {
    expect(predict({ ...hybrid, vllmVersion: '0.19.1' }).starts).toBe(true)
    expect(fittingSequences({ ...hybrid, enforceEager: true })).toBeNull()
  })
})

const versions = ['0.7.3', '0.8.5.post1', '0.10.2', '0.12.0', '0.17.1', '0.22.1', '0.25.1', '0.30.0', '0.33.0']
const architectures = listModels()
  .filter((one) => one.bytes < 300e9)
  .map((one) => one.architecture)

const anyInput = fc.record({
  architecture: fc.constantFrom(...architectures),
  vllmVersion: fc.constantFrom(...versions),
  utilization: fc.double({ min: 0.3, max: 0.95, noNaN: true }),
  maxModelLen: fc.integer({ min: 256, max: 200_000 }),
  kvCacheDtype: fc.constantFrom('auto', 'fp8'),
  enforceEager: fc.boolean(),
  gib: fc.integer({ min: 6, max: 190 }),
})

function inputOf({ gib, ...rest }: typeof anyInput extends fc.Arbitrary<infer T> ? T : never): FitInput {
  return {
    ...rest,
    gpu: { name: 'some card', totalBytes: gib * GiB, capability: '8.6' },
    gpus: 8,
    tensorParallel: 1,
    pipelineParallel: 1,
  }
}

describe('whatever is asked', () => {
  test('more memory never fits less', () => {
    fc.assert(
      fc.property(anyInput, fc.integer({ min: 0, max: 9 }), (asked, more) => {
        // Cards of 70 and of 160 GiB take larger batches by default: batches are held equal.
        const fixed = { ...inputOf(asked), maxNumBatchedTokens: 2048, maxNumSeqs: 256 }
        const less = predict(fixed)
        const greater = predict({ ...fixed, gpu: { ...fixed.gpu, totalBytes: fixed.gpu.totalBytes + more * GiB } })
        expect(greater.kvGibPerGpu).toBeGreaterThanOrEqual(less.kvGibPerGpu)
        expect(greater.maxModelLen).toBeGreaterThanOrEqual(less.maxModelLen)
      }),
      { numRuns: 300 },
    )
  })

  test('more tensor parallel never means more weights per GPU', () => {
    fc.assert(
      fc.property(anyInput, fc.constantFrom(2, 4, 8), (asked, tensorParallel) => {
        const input = inputOf(asked)
        // MXFP4 kernels round each share up, which is real: small shares of gpt-oss grow.
        fc.pre(!/mxfp4/.test(input.architecture.quantization?.method ?? ''))
        expect(predict({ ...input, tensorParallel }).weightsGibPerGpu).toBeLessThanOrEqual(
          predict(input).weightsGibPerGpu,
        )
      }),
      { numRuns: 300 },
    )
  })

  test('the parts add up to the card, or to more where it does not fit', () => {
    fc.assert(
      fc.property(anyInput, (asked) => {
        const input = inputOf(asked)
        const { parts, range, kvTokens, maxModelLen } = predict(input)
        const sum = Object.values(parts).reduce((total, bytes) => total + bytes, 0)
        expect(Object.values(parts).every((bytes) => bytes >= 0 && Number.isFinite(bytes))).toBe(true)
        if (parts.free > 0) expect(sum).toBeLessThanOrEqual(input.gpu.totalBytes)
        expect(range.kvTokens.low).toBeLessThanOrEqual(kvTokens)
        expect(range.kvTokens.high).toBeGreaterThanOrEqual(kvTokens)
        expect(range.maxModelLen.low).toBeLessThanOrEqual(maxModelLen)
      }),
      { numRuns: 300 },
    )
  })

  test('where a length is refused, the longest that fits starts', () => {
    fc.assert(
      fc.property(anyInput, (asked) => {
        const input = { ...inputOf(asked), maxNumBatchedTokens: 2048, maxNumSeqs: 64 }
        const refused = predict(input)
        fc.pre(refused.reasons[0]?.id === 'fit-too-long' && refused.maxModelLen > 0)
        const again = predict({ ...input, maxModelLen: refused.maxModelLen })
        expect(again.reasons.some((reason) => reason.id === 'fit-too-long')).toBe(false)
      }),
      { numRuns: 300 },
    )
  })
})

describe('memory of the host', () => {
  test('eight GPUs are ten processes, 20 to 30 GiB', () => {
    const { processes, totalBytes, pinnedBytes } = hostMemory({ gpus: 8, vllmVersion: '0.32.0' })
    expect(processes).toBe(10)
    expect(totalBytes).toBeGreaterThanOrEqual(20 * GiB)
    expect(totalBytes).toBeLessThanOrEqual(30 * GiB)
    expect(pinnedBytes).toBe(0)
  })

  test('V0 pins 4 GiB per GPU, or what --swap-space says', () => {
    expect(hostMemory({ gpus: 8, vllmVersion: '0.7.3' }).pinnedBytes).toBe(32 * GiB)
    expect(hostMemory({ gpus: 8, vllmVersion: '0.10.2', engine: 'V0', swapSpaceGib: 1 }).pinnedBytes).toBe(8 * GiB)
    expect(hostMemory({ gpus: 8, vllmVersion: '0.10.2' }).pinnedBytes).toBe(0)
  })

  test('before 0.18 a swap space of more than 70 % of the memory is refused', () => {
    const small = { gpus: 8, machineBytes: 16 * GiB }
    const ids = (vllmVersion: string, swapSpaceGib?: number): string[] =>
      hostMemory({ ...small, vllmVersion, swapSpaceGib })
        .reasons.filter((one) => one.kind === 'refuse')
        .map((one) => one.id)
    expect(ids('0.10.2')).toEqual(['swap-space-too-large'])
    expect(ids('0.10.2', 1)).toEqual([])
    expect(ids('0.18.0')).toEqual([])
  })
})

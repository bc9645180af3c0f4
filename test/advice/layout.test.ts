import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cardsByIdleness, usableCards } from '#src/advice/layout/cards.ts'
import { layoutsFor } from '#src/advice/layout/layout.ts'
import type { LayoutModel } from '#src/advice/layout/layout-time.ts'
import { GiB } from '#src/core/bytes.ts'
import { machineWith, nvidia, shippedMachine } from './machines.ts'

// Qwen2.5-72B-Instruct-GPTQ-Int8: its width is padded to 29696 so that groups of 128 divide by 8.
const qwen72: LayoutModel = {
  layers: 80,
  hidden: 8192,
  heads: 64,
  kvHeads: 8,
  intermediate: 29696,
  quantGroup: 128,
  weightBytes: 77e9,
}
const name = (one: { tensorParallel: number; pipelineParallel: number }) =>
  `${one.tensorParallel}x${one.pipelineParallel}`

describe('the mining rig', () => {
  const layouts = layoutsFor({ machine: shippedMachine('mining-rig'), model: qwen72, eager: true }).filter(
    ({ gpus }) => gpus.length === 8,
  )
  const of = (wanted: string) => layouts.find((one) => name(one) === wanted)

  test('stages beat tensor parallelism over all eight cards', () => {
    expect(['1x8', '2x4']).toContain(layouts[0] && name(layouts[0]))
    expect(layouts.findIndex((one) => name(one) === '8x1')).toBe(layouts.length - 1)
  })

  test('tensor parallelism moves 2 x layers x hidden x 2 bytes x 2(n-1)/n a token and card', () => {
    expect(of('8x1')?.linkBytesPerToken).toBe((2 * 80 * 8192 * 2 * 2 * 7) / 8)
    // A stage hands on hidden state and residual.
    expect(of('1x8')?.linkBytesPerToken).toBe(8192 * 2 * 2)
  })

  test('the advice says by how much, and what would change it', () => {
    const [first] = layouts[0]?.why ?? []
    expect(first).toMatchObject({ id: 'layout-pipeline-over-slow-links', kind: 'recommend' })
    expect(first?.why).toMatch(/1000 tokens of prompt wait \d/)
    expect(first?.wouldChange).toContain('NVLink')
  })

  test('risers get their variables, each with a reason, and never the old name', () => {
    const best = layouts[0]
    expect(best?.environment).toEqual({ NCCL_P2P_DISABLE: '1', NCCL_IB_DISABLE: '1' })
    expect(best?.why.map(({ id }) => id)).toEqual(expect.arrayContaining(['nccl-p2p-off', 'nccl-infiniband-off']))
  })
})

describe('fast links', () => {
  const links = [0, 1, 2, 3].flatMap((a) => [0, 1, 2, 3].filter((b) => b > a).map((b) => ({ a, b, kind: 'nvlink' })))
  const machine = machineWith({ gpus: links.slice(0, 4).map(() => nvidia('NVIDIA A100-SXM4-80GB', '8.0', 80)), links })

  test('over NVLink tensor parallelism wins and nothing is switched off', () => {
    const [best] = layoutsFor({ machine, model: { ...qwen72, quantGroup: null } })
    expect(best).toMatchObject({ tensorParallel: 4, pipelineParallel: 1, environment: {} })
  })
})

describe('validity', () => {
  test.each([
    ['heads', { heads: 6 }, 8],
    ['KV heads', { kvHeads: 6 }, 4],
    ['groups', { intermediate: 29568 }, 2],
    ['stages', { pipelines: false }, 1],
  ])('%s refuse a cut, with the way out', (_, change, tp) => {
    const machine = machineWith({ gpus: Array.from({ length: 8 }, () => nvidia('RTX 3090', '8.6', 24)) })
    const refused = layoutsFor({ machine, model: { ...qwen72, ...change } }).find((one) => one.tensorParallel === tp)
    expect(refused?.valid).toBe(false)
    expect(refused?.why[0]).toMatchObject({ kind: 'refuse', instead: expect.any(String) })
  })

  test('every layout uses as many cards as it says, sound layouts first', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(6, 8, 12, 28, 40, 64),
        fc.constantFrom(1, 2, 4, 8),
        (count, heads, kvHeads) => {
          const machine = machineWith({ gpus: Array.from({ length: count }, () => nvidia('RTX 3090', '8.6', 24)) })
          const layouts = layoutsFor({ machine, model: { layers: 32, hidden: heads * 128, heads, kvHeads } })
          for (const one of layouts) expect(one.tensorParallel * one.pipelineParallel).toBe(one.gpus.length)
          for (const one of layouts) if (one.valid) expect(heads % one.tensorParallel).toBe(0)
          expect(layouts.some(({ valid, gpus }) => valid && gpus.length === count)).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('shared machines', () => {
  test('the idle card is taken, the busy ones are named', () => {
    const [best] = layoutsFor({
      machine: shippedMachine('shared-a100'),
      model: { layers: 32, hidden: 4096, heads: 32, kvHeads: 8 },
    })
    expect(best?.gpus).toEqual([4])
    expect(best?.environment).toEqual({ CUDA_VISIBLE_DEVICES: '4', CUDA_DEVICE_ORDER: 'PCI_BUS_ID' })
    expect(best?.why.find(({ id }) => id === 'idle-cards')?.why).toContain('bela')
  })

  test('an idle card goes before a busy one that has more left', () => {
    const busy = nvidia('H200', '9.0', 141, { memoryUsedBytes: 40 * GiB, memoryFreeBytes: 101 * GiB })
    const machine = machineWith({ gpus: [busy, nvidia('A100', '8.0', 80)] })
    expect(cardsByIdleness(machine).map(({ index }) => index)).toEqual([1, 0])
    expect(usableCards(machine).map(({ index }) => index)).toEqual([1])
  })

  test('unequal cards are said', () => {
    const machine = machineWith({ gpus: [nvidia('RTX 3090', '8.6', 24), nvidia('RTX 3060', '8.6', 12)] })
    const [best] = layoutsFor({ machine, model: qwen72 })
    expect(best?.why.map(({ id }) => id)).toContain('cards-unequal')
  })

  test('no cards, no layouts', () => {
    expect(layoutsFor({ machine: machineWith(), model: qwen72 })).toEqual([])
  })
})

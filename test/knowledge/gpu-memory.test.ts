import { describe, expect, test } from 'vitest'
import { MiB } from '#src/core/bytes.ts'
import { deviceBytes, gpuMemoryOf } from '#src/knowledge/gpu-memory.ts'

describe('memory of a card by its name', () => {
  test.each([
    ['RTX 3060', 'GeForce RTX 3060', 12_288],
    ['NVIDIA GeForce RTX 3060', 'GeForce RTX 3060', 12_288],
    ['NVIDIA GeForce RTX 3060 Ti', 'GeForce RTX 3060 Ti', 8_192],
    ['NVIDIA GeForce RTX 3060 Laptop GPU', 'GeForce RTX 3060 Laptop', 6_144],
    ['h100', 'H100', 81_559],
    ['NVIDIA H100 80GB HBM3', 'H100', 81_559],
    ['NVIDIA H200', 'H200', 143_771],
    ['NVIDIA H20', 'H20', 97_871],
    ['NVIDIA GH200 480GB', 'GH200', 97_871],
    ['A100-SXM4-80GB', 'A100 80GB', 81_920],
    ['NVIDIA A100-SXM4-40GB', 'A100 40GB', 40_960],
    ['NVIDIA A10', 'A10', 23_028],
    ['NVIDIA A10G', 'A10G', 23_028],
    ['NVIDIA L4', 'L4', 23_034],
    ['NVIDIA L40S', 'L40S', 46_068],
    ['NVIDIA RTX A6000', 'RTX A6000', 49_140],
    ['NVIDIA RTX 6000 Ada Generation', 'RTX 6000 Ada', 49_140],
    ['NVIDIA RTX 4000 SFF Ada Generation', 'RTX 4000 Ada', 20_475],
    ['Tesla T4', 'Tesla T4', 15_360],
    ['Tesla V100-SXM2-32GB', 'Tesla V100 32GB', 32_768],
    ['Tesla P40', 'Tesla P40', 24_576],
    ['NVIDIA GeForce RTX 4070 Ti', 'GeForce RTX 4070', 12_282],
    ['NVIDIA GeForce RTX 5070 Ti', 'GeForce RTX 5070 Ti', 16_303],
    ['AMD Instinct MI300X', 'Instinct MI300X', 196_592],
  ])('%s', (name, card, totalMib) => {
    expect(gpuMemoryOf(name)).toMatchObject({ name: card, totalMib })
  })

  test.each(['', 'a card nobody knows', 'NVIDIA'])('%j is not known', (name) => {
    expect(gpuMemoryOf(name)).toBeNull()
  })
})

describe('what CUDA offers of it', () => {
  test.each([
    ['NVIDIA GeForce RTX 3060', 12_288, 11.63],
    ['NVIDIA H100 80GB HBM3', 81_559, 79.11],
    ['NVIDIA A100-SXM4-80GB', 81_920, 79.25],
    ['NVIDIA GeForce RTX 3090', 24_576, 23.57],
    // By the rule of thumb, within 1 % of cards that are in the table.
    ['unknown', 12_288, 11.63],
    ['unknown', 46_068, 44.4],
  ])('%s of %i MiB: %f GiB', (name, mib, gib) => {
    expect(Math.abs(deviceBytes(name, mib * MiB) / (gib * 1024 * MiB) - 1)).toBeLessThan(0.01)
  })

  test('a smaller card under the same name is believed', () => {
    expect(deviceBytes('GeForce RTX 3060', 6_144 * MiB)).toBeLessThan(6_144 * MiB)
  })
})

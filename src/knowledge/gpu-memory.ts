import { MiB } from '../core/bytes.ts'

/**
 * What nvidia-smi (or amd-smi) calls a card's memory, and what CUDA can use of it, in MiB. The driver keeps the difference for itself
 * (`memory.reserved`); vLLM counts its utilization from the second figure. The second figures are cudaMemGetInfo's as vLLM and
 * PyTorch print them on Linux; they move by some MiB with the driver.
 */
type GpuMemory = {
  readonly name: string
  readonly totalMib: number
  readonly deviceMib: number
  readonly vendor: 'nvidia' | 'amd'
}

const nvidia = (pattern: RegExp, name: string, totalMib: number, deviceMib: number) => ({
  pattern,
  name,
  totalMib,
  deviceMib,
  vendor: 'nvidia' as const,
})
const amd = (pattern: RegExp, name: string, totalMib: number, deviceMib = totalMib - 16) => ({
  pattern,
  name,
  totalMib,
  deviceMib,
  vendor: 'amd' as const,
})

// The more special name first. Names are matched without case, spaces and dashes: `rtx3060`, `a100sxm480gb`.
const cards = [
  nvidia(/gb10|dgxspark/, 'GB10', 124_546, 124_546),
  nvidia(/b300/, 'B300', 275_040, 273_800),
  nvidia(/b200/, 'B200', 183_359, 182_632),
  nvidia(/gh200.*144|gh200144/, 'GH200 144GB', 146_000, 145_000),
  nvidia(/gh200/, 'GH200', 97_871, 97_280),
  nvidia(/h200/, 'H200', 143_771, 143_078),
  nvidia(/h20\b|h20$|h2096|h20[^0]/, 'H20', 97_871, 97_280),
  nvidia(/h100nvl/, 'H100 NVL', 95_830, 95_320),
  nvidia(/h100/, 'H100', 81_559, 81_009),
  nvidia(/h800/, 'H800', 81_559, 81_009),
  nvidia(/a100.*40|a10040/, 'A100 40GB', 40_960, 40_338),
  nvidia(/a100|a800/, 'A100 80GB', 81_920, 81_152),
  nvidia(/a30\b|a30$/, 'A30', 24_576, 24_200),
  nvidia(/a40\b|a40$/, 'A40', 46_068, 45_500),
  nvidia(/a10g/, 'A10G', 23_028, 22_500),
  nvidia(/a10\b|a10$|a1024/, 'A10', 23_028, 22_500),
  nvidia(/a16/, 'A16', 15_356, 14_960),
  nvidia(/rtxa6000|a6000/, 'RTX A6000', 49_140, 48_541),
  nvidia(/rtxa5500|a5500/, 'RTX A5500', 24_564, 24_118),
  nvidia(/rtxa5000|a5000/, 'RTX A5000', 24_564, 24_118),
  nvidia(/rtxa4500|a4500/, 'RTX A4500', 20_470, 20_055),
  nvidia(/rtxa4000|a4000/, 'RTX A4000', 16_376, 15_980),
  nvidia(/rtxa2000.*12|a200012/, 'RTX A2000 12GB', 12_282, 11_903),
  nvidia(/rtxa2000|a2000/, 'RTX A2000', 6_138, 5_900),
  nvidia(/a2\b|a2$/, 'A2', 15_356, 14_960),
  nvidia(/l40s/, 'L40S', 46_068, 45_460),
  nvidia(/l40/, 'L40', 46_068, 45_460),
  nvidia(/l20\b|l20$/, 'L20', 46_068, 45_460),
  nvidia(/l4\b|l4$|l424/, 'L4', 23_034, 22_560),
  nvidia(/rtxpro6000|pro6000/, 'RTX PRO 6000 Blackwell', 97_887, 97_250),
  nvidia(/rtxpro5000.*72/, 'RTX PRO 5000 Blackwell 72GB', 73_415, 72_800),
  nvidia(/rtxpro5000/, 'RTX PRO 5000 Blackwell', 48_935, 48_320),
  nvidia(/rtxpro4500/, 'RTX PRO 4500 Blackwell', 32_623, 32_100),
  nvidia(/rtxpro4000/, 'RTX PRO 4000 Blackwell', 24_467, 24_010),
  nvidia(/6000ada|rtx6000$/, 'RTX 6000 Ada', 49_140, 48_541),
  nvidia(/5880ada/, 'RTX 5880 Ada', 49_140, 48_541),
  nvidia(/5000ada/, 'RTX 5000 Ada', 32_760, 32_250),
  nvidia(/4500ada/, 'RTX 4500 Ada', 24_570, 24_080),
  nvidia(/4000(sff)?ada/, 'RTX 4000 Ada', 20_475, 20_045),
  nvidia(/2000ada/, 'RTX 2000 Ada', 16_380, 15_980),
  nvidia(/quadrortx8000|rtx8000/, 'Quadro RTX 8000', 49_152, 48_600),
  nvidia(/quadrortx6000/, 'Quadro RTX 6000', 24_576, 24_190),
  nvidia(/5090d|5090/, 'GeForce RTX 5090', 32_607, 32_110),
  nvidia(/5080/, 'GeForce RTX 5080', 16_303, 15_840),
  nvidia(/5070ti/, 'GeForce RTX 5070 Ti', 16_303, 15_840),
  nvidia(/5070/, 'GeForce RTX 5070', 12_227, 11_840),
  nvidia(/5060ti.*8gb|5060ti8/, 'GeForce RTX 5060 Ti 8GB', 8_151, 7_800),
  nvidia(/5060ti/, 'GeForce RTX 5060 Ti 16GB', 16_311, 15_850),
  nvidia(/5060/, 'GeForce RTX 5060', 8_151, 7_800),
  nvidia(/4090d|4090/, 'GeForce RTX 4090', 24_564, 24_150),
  nvidia(/4080/, 'GeForce RTX 4080', 16_376, 15_980),
  nvidia(/4070tisuper/, 'GeForce RTX 4070 Ti SUPER', 16_376, 15_980),
  nvidia(/4070/, 'GeForce RTX 4070', 12_282, 11_890),
  nvidia(/4060ti.*16/, 'GeForce RTX 4060 Ti 16GB', 16_380, 15_980),
  nvidia(/4060/, 'GeForce RTX 4060', 8_188, 7_830),
  nvidia(/3090/, 'GeForce RTX 3090', 24_576, 24_140),
  nvidia(/3080.*12|308012/, 'GeForce RTX 3080 12GB', 12_288, 11_910),
  nvidia(/3080ti/, 'GeForce RTX 3080 Ti', 12_288, 11_910),
  nvidia(/3080/, 'GeForce RTX 3080', 10_240, 9_880),
  nvidia(/3070/, 'GeForce RTX 3070', 8_192, 7_840),
  nvidia(/3060ti/, 'GeForce RTX 3060 Ti', 8_192, 7_840),
  nvidia(/3060.*laptop/, 'GeForce RTX 3060 Laptop', 6_144, 5_840),
  nvidia(/3060/, 'GeForce RTX 3060', 12_288, 11_910),
  nvidia(/3050/, 'GeForce RTX 3050', 8_192, 7_840),
  nvidia(/2080ti.*22|2080ti22/, 'GeForce RTX 2080 Ti 22GB', 22_528, 22_000),
  nvidia(/2080ti/, 'GeForce RTX 2080 Ti', 11_264, 10_820),
  nvidia(/2080|2070/, 'GeForce RTX 2080', 8_192, 7_780),
  nvidia(/2060/, 'GeForce RTX 2060', 6_144, 5_740),
  nvidia(/1660|2060/, 'GeForce GTX 1660', 6_144, 5_740),
  nvidia(/1080ti/, 'GeForce GTX 1080 Ti', 11_264, 11_170),
  nvidia(/t4\b|t4$|teslat4/, 'Tesla T4', 15_360, 14_910),
  nvidia(/v100.*32|v10032/, 'Tesla V100 32GB', 32_768, 32_500),
  nvidia(/v100/, 'Tesla V100 16GB', 16_384, 16_150),
  nvidia(/titanrtx/, 'TITAN RTX', 24_576, 24_190),
  nvidia(/p100/, 'Tesla P100', 16_384, 16_280),
  nvidia(/p40\b|p40$/, 'Tesla P40', 24_576, 24_450),
  amd(/mi355/, 'Instinct MI355X', 294_896),
  amd(/mi350/, 'Instinct MI350X', 294_896),
  amd(/mi325/, 'Instinct MI325X', 262_128),
  amd(/mi300/, 'Instinct MI300X', 196_592),
  amd(/mi250/, 'Instinct MI250X', 65_520),
  amd(/mi210/, 'Instinct MI210', 65_520),
  amd(/mi100/, 'Instinct MI100', 32_752),
  amd(/mi(50|60)/, 'Instinct MI50', 32_752),
  amd(/r9700/, 'Radeon AI PRO R9700', 32_624),
  amd(/w7900/, 'Radeon PRO W7900', 49_136),
  amd(/7900xtx/, 'Radeon RX 7900 XTX', 24_560),
  amd(/7900xt/, 'Radeon RX 7900 XT', 20_464),
  amd(/9070|9060xt/, 'Radeon RX 9070', 16_304),
  amd(/strixhalo|gfx1151|8060s/, 'Radeon 8060S', 98_304),
] as const

function normalised(name: string): string {
  return name
    .toLowerCase()
    .replace(/nvidia|geforce|tesla|amd|radeon|instinct|graphics|\(.*?\)/g, ' ')
    .replace(/[\s_-]+/g, '')
}

/** Memory of a card by its name, as loose as people write it: `RTX 3060`, `A100-SXM4-80GB`, `h100`; null where it is not in the list. */
export function gpuMemoryOf(name: string): GpuMemory | null {
  const spelling = normalised(name)
  const found = spelling === '' ? undefined : cards.find(({ pattern }) => pattern.test(spelling))
  return found === undefined
    ? null
    : { name: found.name, totalMib: found.totalMib, deviceMib: found.deviceMib, vendor: found.vendor }
}

/**
 * Bytes that CUDA offers of a card: the table's where name and total agree, else the total less what the driver keeps
 * (about 300 MiB and 0.6 % of the memory: within 0.6 % of the table's cards).
 */
export function deviceBytes(name: string, totalBytes: number): number {
  const known = gpuMemoryOf(name)
  const totalMib = totalBytes / MiB
  if (known !== null && Math.abs(known.totalMib / totalMib - 1) < 0.02)
    return (known.deviceMib + Math.min(0, totalMib - known.totalMib)) * MiB
  if (known?.vendor === 'amd') return totalBytes
  return Math.max(0, totalBytes - (300 + totalMib * 0.006) * MiB)
}

import { expect, it } from 'vitest'
import { MiB } from '#src/core/bytes.ts'
import { machineValues } from '#src/machine/values.ts'
import { machineOf } from './captures.ts'

const files = {
  'rocm-smi-csv.txt': `device,Driver version
cardsystem,6.7.0

device,Card Series,Card Model,GFX Version,VRAM Total Memory (B),VRAM Total Used Memory (B),PCI Bus
card0,AMD INSTINCT MI200 (MCM) OAM,0x7408,gfx9010,68702699520,11000000,0000:C1:00.0
`,
  'rocm-smi-concise.txt': `Device  Node  IDs              Temp    Power  Partitions          SCLK  MCLK   Fan  Perf  PwrCap       VRAM%  GPU%
              (DID,     GUID)  (Edge)  (Avg)  (Mem, Compute, ID)
====================================================================================================================
0       1     0x744c,   24000  33.0°C  14.0W  N/A, N/A, 0         9Mhz  96Mhz  0%   auto  327.0W       3%     7%
1       2     0x164e,   4110   41.0°C  N/A    N/A, N/A, 0         None  1800Mhz  0%   auto  Unsupported  12%    0%
====================================================================================================================
`,
  'rocm-smi-old.txt': `GPU  Temp (DieEdge)  AvgPwr  SCLK  MCLK     Fan   Perf  PwrCap       VRAM%  GPU%
0    45.0c           N/A     None  1333Mhz  0%    auto  Unsupported    9%   0%
1    N/A             37.0W   500Mhz  96Mhz  30.2%  auto  220.0W  14%   1%
================================================================================
`,
  'amd-smi-list.csv': 'gpu,gpu_bdf,gpu_uuid\n0,0000:05:00.0,b0ff74a1-0000-1000-80d5-000000000001\n',
  'amd-smi-metric.csv': 'gpu,gfx_activity,socket_power,total_vram,used_vram,free_vram\n0,12,138,196592,285,196307\n',
  'amd-smi.txt': `| AMD-SMI 26.0.0       amdgpu version: 6.14.14  ROCm version: 7.0.0    |
| BDF                        GPU-Name | Mem-Uti   Temp   UEC       Power-Usage |
| GPU  HIP-ID  OAM-ID  Partition-Mode | GFX-Uti    Fan               Mem-Usage |
|=====================================+========================================|
| 0000:09:00.0    AMD Instinct MI325X | 0 %      49 °C   0          144/1000 W |
|   0       0       3        SPX/NPS1 | 3 %        N/A           283/262128 MB |
`,
  'amd-smi-topology.txt': `LINK TYPE TABLE:
              0000:05:00.0   0000:26:00.0
0000:05:00.0  SELF           XGMI
0000:26:00.0  XGMI           SELF

NUMA BW TABLE:
`,
  'amd-smi-carve-out.json': JSON.stringify([
    {
      gpu: 0,
      asic: { market_name: 'AMD Radeon Graphics', device_id: '0x1586', target_graphics_version: 'gfx1151' },
      mem_usage: {
        total_vram: { value: 512, unit: 'MB' },
        total_gtt: { value: 63000, unit: 'MB' },
        used_gtt: { value: 7, unit: 'MB' },
      },
    },
  ]),
} as const

async function cardsOf(file: keyof typeof files, name: string = file) {
  const machine = await machineOf({ [name]: files[file] })
  return machineValues(machine).gpus
}

it('reads rocm-smi’s CSV, and the target that ROCm 6.0 misprints', async () => {
  expect(await cardsOf('rocm-smi-csv.txt', 'rocm-smi.csv')).toMatchObject([
    { arch: 'gfx90a', driver: '6.7.0', memoryTotalBytes: 68702699520, pciAddress: '0000:c1:00.0' },
  ])
})

it.each([
  [
    'rocm-smi-concise.txt',
    [
      { arch: 'gfx1100', utilizationPercent: 7 },
      { arch: 'gfx1036', temperatureCelsius: 41, powerWatts: null },
    ],
  ],
  [
    'rocm-smi-old.txt',
    [
      { temperatureCelsius: 45, powerWatts: null },
      { temperatureCelsius: null, powerWatts: 37 },
    ],
  ],
] as const)('counts every row of %s, whatever does not answer', async (file, expected) => {
  expect(await cardsOf(file)).toMatchObject(expected)
})

it('knows the card of amd-smi’s UUID by the device id in it', async () => {
  expect(await cardsOf('amd-smi-list.csv')).toMatchObject([{ arch: 'gfx942', pciAddress: '0000:05:00.0' }])
})

it('takes sizes in amd-smi’s CSV as MB', async () => {
  expect(await cardsOf('amd-smi-metric.csv')).toMatchObject([
    {
      memoryTotalBytes: 196592 * MiB,
      memoryUsedBytes: 285 * MiB,
      memoryFreeBytes: 196307 * MiB,
      utilizationPercent: 12,
    },
  ])
})

it('reads the overview of ROCm 7, and the target from the card’s name', async () => {
  expect(await cardsOf('amd-smi.txt')).toMatchObject([
    {
      name: 'AMD Instinct MI325X',
      arch: 'gfx942',
      pciAddress: '0000:09:00.0',
      memoryTotalBytes: 262128 * MiB,
      memoryUsedBytes: 283 * MiB,
      driver: '6.14.14',
      runtime: '7.0.0',
      utilizationPercent: 3,
    },
  ])
})

it('reads the links of amd-smi’s tables', async () => {
  const { gpus, links } = machineValues(await machineOf({ 'amd-smi-topology.txt': files['amd-smi-topology.txt'] }))
  expect(gpus.map((gpu) => gpu.pciAddress)).toEqual(['0000:05:00.0', '0000:26:00.0'])
  expect(links).toEqual([{ a: 0, b: 1, kind: 'xgmi' }])
})

it('counts the RAM that a GPU inside the CPU may take, not its carve-out', async () => {
  const { gpus } = await machineOf({ 'amd-smi.json': files['amd-smi-carve-out.json'] })
  expect(gpus[0]?.memoryTotalBytes).toMatchObject({ value: 63000 * MiB, method: expect.stringContaining('GTT') })
  expect(gpus[0]?.memoryUsedBytes.value).toBe(7 * MiB)
  expect(gpus[0]?.unifiedMemory.value).toBe(true)
})

it.each(['rocm-smi.txt', 'amd-smi.txt'])('%s without the driver is a problem of the machine', async (file) => {
  const { gpus, problems } = await machineOf({
    [file]: 'ERROR:root:Driver not initialized (amdgpu not found in modules)\n',
  })
  expect(gpus).toEqual([])
  expect(problems).toMatchObject([{ about: 'amdgpu-driver' }])
})

it('counts the cards that a table of links names', async () => {
  const { gpus, links } = await machineOf({
    'rocm-smi-topo.txt':
      '=== Link Type between two GPUs ===\n       GPU0         GPU1\nGPU0   0            XGMI\nGPU1   XGMI         0\n',
  })
  expect(gpus.map((gpu) => gpu.index)).toEqual([0, 1])
  expect(links).toMatchObject([{ a: 0, b: 1, kind: { value: 'xgmi' } }])
})

it('reads sizes whose unit is in their name', async () => {
  const text = 'GPU: 0\n    ASIC:\n        MARKET_NAME: X\n    VRAM:\n        SIZE_MB: 98304\n'
  const { gpus } = await machineOf({ 'amd-smi-static.txt': text })
  expect(gpus[0]?.memoryTotalBytes.value).toBe(98304 * MiB)
})

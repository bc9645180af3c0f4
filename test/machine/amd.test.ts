import { describe, expect, it } from 'vitest'
import { GiB } from '#src/core/bytes.ts'
import { kfdTarget, readKfdProperties } from '#src/machine/probes/kfd.ts'
import { machineOf } from './captures.ts'

function rocminfo(
  agents: readonly {
    name: string
    marketing: string
    isas?: readonly string[]
    kib?: number
    bdf?: number
    chip?: string
    apu?: boolean
  }[],
): string {
  return `\u001b[37mROCk module is loaded\u001b[0m
=====================
HSA Agents
=====================
${agents
  .map(
    (agent, index) => `*******
Agent ${index + 1}
*******
  Name:                    ${agent.name}
  Uuid:                    GPU-XX
  Marketing Name:          ${agent.marketing}
  Vendor Name:             ${agent.name.startsWith('gfx') ? 'AMD' : 'CPU'}
  Chip ID:                 ${agent.chip ?? '0(0x0)'}
  BDFID:                   ${agent.bdf ?? 0}
  Memory Properties:       ${agent.apu ? 'APU' : ''}
  Pool Info:
    Pool 1
      Segment:                 GLOBAL; FLAGS: COARSE GRAINED
      Size:                    ${agent.kib ?? 1024}(0x0) KB
    Pool 2
      Segment:                 GROUP
      Size:                    999999999(0x0) KB
  ISA Info:
${(agent.isas ?? []).map((isa) => `    ISA 1\n      Name:                    amdgcn-amd-amdhsa--${isa}`).join('\n')}`,
  )
  .join('\n')}
*** Done ***
`
}

const cpuAgent = {
  name: 'AMD EPYC 7642 48-Core Processor',
  marketing: 'AMD EPYC 7642 48-Core Processor',
  kib: 131_000_000,
}
const mi50 = {
  name: 'gfx906',
  marketing: 'AMD Instinct MI50/MI60',
  kib: 33_538_048,
  bdf: 0x2300,
  chip: '26273(0x66a1)',
  isas: ['gfx906:sramecc+:xnack-'],
}

describe('rocminfo', () => {
  it('counts agents, not the instruction sets under them', async () => {
    const text = rocminfo([
      cpuAgent,
      {
        name: 'gfx1100',
        marketing: 'Radeon RX 7900 XTX',
        isas: ['gfx1100', 'gfx11-generic'],
        kib: 25_149_440,
        bdf: 768,
      },
    ])
    const machine = await machineOf({ 'rocminfo.txt': text })
    expect(machine.gpus.map((gpu) => [gpu.name.value, gpu.arch.value, gpu.pciAddress.value])).toEqual([
      ['Radeon RX 7900 XTX', 'gfx1100', '0000:03:00.0'],
    ])
  })

  it('takes the global pool for the memory and the GPU-XX for no UUID', async () => {
    const gpu = (await machineOf({ 'rocminfo.txt': rocminfo([cpuAgent, mi50]) })).gpus[0]
    expect(gpu?.memoryTotalBytes.value).toBe(33_538_048 * 1024)
    expect(gpu?.memoryTotalBytes.method).toContain('pool')
    expect(gpu?.uuid.value).toBeNull()
    expect(gpu?.unifiedMemory.value).toBe(false)
  })

  it('reads what grep left of it', async () => {
    const text = rocminfo([cpuAgent, mi50, mi50])
      .split('\n')
      .filter((line) => /Name:/.test(line))
      .join('\n')
    const machine = await machineOf({ 'rocminfo.txt': text })
    expect(machine.gpus).toHaveLength(2)
    expect(machine.gpus[0]?.memoryTotalBytes.value).toBeNull()
    expect(machine.gpus[0]?.memoryTotalBytes.unknown).toBeTruthy()
  })

  it('says why ROCm sees nothing', async () => {
    const machine = await machineOf({ 'rocminfo.txt': 'ROCk module is NOT loaded, possibly no GPU devices' })
    expect(machine.problems[0]?.text).toContain('amdgpu is not loaded')
  })
})

describe('rocm-smi', () => {
  const card = (extra: Record<string, string>) =>
    JSON.stringify({
      card0: { 'GPU use (%)': '0', 'PCI Bus': '0000:C1:00.0', ...extra },
      system: { 'Driver version': '6.12.1' },
    })

  it('takes VRAM for the memory, not the part that the CPU can see', async () => {
    const text = card({
      'Card Series': 'Radeon RX 6800',
      'GPU ID': '0x73bf',
      'VRAM Total Memory (B)': String(16 * GiB),
      'VRAM Total Used Memory (B)': '0',
      'VIS_VRAM Total Memory (B)': '268435456',
      'Unique ID': '0x4edfb117a17a07d',
    })
    const gpu = (await machineOf({ 'rocm-smi.json': text })).gpus[0]
    expect(gpu?.memoryTotalBytes.value).toBe(16 * GiB)
    expect(gpu?.memoryUsedBytes.value).toBe(0)
    expect(gpu?.arch.value).toBe('gfx1030')
    expect(gpu?.uuid.value).toBe('GPU-04edfb117a17a07d')
    expect(gpu?.driver.value).toBe('6.12.1')
  })

  it('takes the GTT where a GPU in the CPU has a small carve-out', async () => {
    const text = card({
      'Card Series': 'Radeon 8060S Graphics',
      'Card Model': '0x1586',
      'GFX Version': 'gfx1151',
      'VRAM Total Memory (B)': String(GiB / 2),
      'GTT Total Memory (B)': String(62 * GiB),
      'GTT Total Used Memory (B)': String(GiB),
    })
    const gpu = (await machineOf({ 'rocm-smi.json': text })).gpus[0]
    expect(gpu?.unifiedMemory.value).toBe(true)
    expect(gpu?.memoryTotalBytes.value).toBe(62 * GiB)
    expect(gpu?.memoryTotalBytes.method).toContain('GTT')
    expect(gpu?.memoryFreeBytes.value).toBe(61 * GiB)
  })

  it('reads its list and its links', async () => {
    const text = `============================ ROCm System Management Interface ============================
ERROR: GPU[0] 		: dcefclk clock is unsupported
GPU[0]		: Card Series: 		AMD Instinct MI300X
GPU[0]		: GFX Version: 		gfx942
GPU[1]		: Card Series: 		AMD Instinct MI300X
GPU[1]		: GFX Version: 		gfx942
=============================== Link Type between two GPUs ===============================
       GPU0         GPU1
GPU0   0            XGMI
GPU1   XGMI         0
`
    const machine = await machineOf({ 'rocm-smi.txt': text })
    expect(machine.gpus.map((gpu) => gpu.arch.value)).toEqual(['gfx942', 'gfx942'])
    expect(machine.links.map((link) => [link.a, link.b, link.kind.value])).toEqual([[0, 1, 'xgmi']])
  })
})

describe('amd-smi', () => {
  const asic = { market_name: 'AMD Instinct MI300X', device_id: '0x74a1', target_graphics_version: 'gfx942' }
  const entry = {
    gpu: 0,
    asic,
    bus: { bdf: '0000:05:00.0', max_pcie_width: 16, max_pcie_speed: { value: 32, unit: 'GT/s' } },
    vram: { type: 'HBM3', size: { value: 196_592, unit: 'MB' } },
    driver: { name: 'amdgpu', version: '6.12.12' },
  }
  const text = `CPU: 0
    SMU:
        FW_VERSION: 85.90.0

GPU: 0
    ASIC:
        MARKET_NAME: AMD Instinct MI300X
        DEVICE_ID: 0x74a1
        TARGET_GRAPHICS_VERSION: gfx942
    BUS:
        BDF: 0000:05:00.0
        MAX_PCIE_WIDTH: 16
        MAX_PCIE_SPEED: 32 GT/s
    DRIVER:
        NAME: amdgpu
        VERSION: 6.12.12
    VRAM:
        TYPE: HBM3
        SIZE: 196592 MB
`

  it.each([
    ['a list', JSON.stringify([entry])],
    ['the list in gpu_data of ROCm 7', JSON.stringify({ gpu_data: [entry] })],
    ['text', text],
  ])('reads %s', async (_, output) => {
    const machine = await machineOf({ 'amd-smi-static.txt': output })
    expect(machine.gpus).toHaveLength(1)
    expect(machine.gpus[0]).toMatchObject({
      name: { value: 'AMD Instinct MI300X' },
      arch: { value: 'gfx942' },
      pciAddress: { value: '0000:05:00.0' },
      memoryTotalBytes: { value: 196_592 * 1024 ** 2 },
      linkWidthMax: { value: 16 },
      linkGenerationMax: { value: 5 },
      driver: { value: '6.12.12' },
    })
  })
})

describe('the compute driver’s topology', () => {
  it.each([
    [90_006, 'gfx906'],
    [90_010, 'gfx90a'],
    [90_402, 'gfx942'],
    [100_300, 'gfx1030'],
    [110_002, 'gfx1102'],
    [110_501, 'gfx1151'],
    [120_001, 'gfx1201'],
    [0, null],
  ])('%i is %s', (version, target) => expect(kfdTarget(version)).toBe(target))

  it('keeps the 64 bits of a unique id', () => {
    const text =
      'simd_count 240\ngfx_target_version 90006\nlocation_id 8960\ndomain 0\nunique_id 16402573916273947874\ndevice_id 26273\n'
    const [node] = readKfdProperties(text, { name: 'properties' })
    expect(node?.facts.uuid?.value).toBe(`GPU-${16402573916273947874n.toString(16)}`)
    expect(node?.facts.pciAddress?.value).toBe('0000:23:00.0')
  })
})

import { describe, expect, it } from 'vitest'
import { MiB } from '#src/core/bytes.ts'
import { machineOf } from './captures.ts'
import {
  nvidiaCsv,
  nvidiaReport,
  nvidiaTable,
  nvidiaTopology,
  nvidiaXml,
  rig,
  sliced,
  unified,
} from './outputs/nvidia.ts'

describe('the same cards in every form that nvidia-smi has', () => {
  const forms = {
    'nvidia-smi.xml': nvidiaXml(rig),
    'nvidia-smi-v11.xml': nvidiaXml(rig, 'nvsmi_device_v11.dtd'),
    'nvidia-smi-q.txt': nvidiaReport(rig),
    'nvidia-smi.csv': nvidiaCsv(rig),
    'nvidia-smi.txt': nvidiaTable(rig),
  }

  it.each(Object.entries(forms))('%s', async (file, text) => {
    const machine = await machineOf({ [file]: text })
    expect(machine.gpus).toHaveLength(2)
    for (const [index, gpu] of machine.gpus.entries()) {
      expect(gpu.index).toBe(index)
      expect(gpu.vendor.value).toBe('nvidia')
      expect(gpu.pciAddress.value).toBe(`0000:0${index + 1}:00.0`)
      expect(gpu.memoryTotalBytes.value).toBe(12288 * MiB)
      expect(gpu.memoryTotalBytes.method).toMatch(/^nvidia-smi/)
      expect(gpu.capability.value).toBe('8.6')
    }
    // An idle card uses 0: that is a figure, not an absence.
    expect(machine.gpus[1]?.memoryUsedBytes.value).toBe(0)
  })

  it('lays several forms over each other, the more telling first', async () => {
    const machine = await machineOf(forms)
    expect(machine.gpus).toHaveLength(2)
    expect(machine.gpus[0]?.uuid.value).toBe(rig[0]?.uuid)
    expect(machine.gpus[0]?.linkWidth.value).toBe(1)
    expect(machine.gpus[0]?.linkWidthMax.value).toBe(16)
    expect(machine.gpus[0]?.memoryTotalBytes.evidence.length).toBeGreaterThan(1)
  })
})

describe('what nvidia-smi does not know', () => {
  it.each([
    ['nvidia-smi.txt', nvidiaTable([unified])],
    ['nvidia-smi-q.txt', nvidiaReport([unified])],
    ['nvidia-smi.xml', nvidiaXml([unified])],
  ])('memory of a GB10 in %s is unknown with its reason, not 0', async (file, text) => {
    const gpu = (await machineOf({ [file]: text })).gpus[0]
    expect(gpu?.memoryTotalBytes.value).toBeNull()
    expect(gpu?.memoryTotalBytes.unknown).toContain('Not Supported')
    expect(gpu?.unifiedMemory.value).toBe(true)
    expect(gpu?.pciAddress.value).toBe('000f:01:00.0')
    expect(gpu?.capability.value).toBe('12.1')
  })

  it('says that the names in its table are shortened, and takes the whole one where another file has it', async () => {
    const card = { name: 'NVIDIA RTX 6000 Ada Gene...', bus: '00000000:01:00.0', total: '49140 MiB', used: '0 MiB' }
    const table = nvidiaTable([card])
    expect((await machineOf({ 'nvidia-smi.txt': table })).gpus[0]?.name.method).toContain('shortened')
    const both = await machineOf({
      'nvidia-smi.txt': table,
      'nvidia-smi-q.txt': nvidiaReport([{ ...card, name: 'NVIDIA RTX 6000 Ada Generation' }]),
    })
    expect(both.gpus).toHaveLength(1)
    expect(both.gpus[0]?.name.value).toBe('NVIDIA RTX 6000 Ada Generation')
  })

  it('drops the note that a field is deprecated from its value', async () => {
    const text = nvidiaReport(rig, '610.62 [Deprecated; will be removed in CUDA 14.0. Use KMD Version instead]')
    expect((await machineOf({ 'nvidia-smi-q.txt': text })).gpus[0]?.driver.value).toBe('610.62')
  })
})

describe('MIG', () => {
  it.each([
    ['nvidia-smi.xml', nvidiaXml([sliced])],
    ['nvidia-smi-q.txt', nvidiaReport([sliced])],
  ])('the memory in %s is the card’s, not the first slice’s', async (file, text) => {
    const machine = await machineOf({ [file]: text })
    expect(machine.gpus).toHaveLength(1)
    expect(machine.gpus[0]?.memoryTotalBytes.value).toBe(81920 * MiB)
    expect(machine.gpus[0]?.mig.value).toBe('enabled')
    expect(machine.gpus[0]?.migInstances?.value).toEqual(['0: 9728 MiB'])
  })

  it('lists slices of nvidia-smi -L under their card', async () => {
    const text = `GPU 0: NVIDIA A100-SXM4-80GB (UUID: ${sliced.uuid})
  MIG 1g.10gb     Device  0: (UUID: MIG-11111111-2222-3333-4444-555555555501)
  MIG 1g.10gb     Device  1: (UUID: MIG-11111111-2222-3333-4444-555555555502)
`
    const machine = await machineOf({ 'nvidia-smi-L.txt': text })
    expect(machine.gpus).toHaveLength(1)
    expect(machine.gpus[0]?.migInstances?.value).toEqual(['0: MIG 1g.10gb', '1: MIG 1g.10gb'])
  })
})

describe('processes', () => {
  const busy = [
    {
      ...sliced,
      mig: 'Disabled',
      processes: [
        { pid: 4711, name: 'VLLM::EngineCore', memory: '40000 MiB' },
        { pid: 4712, name: 'python3', memory: 'N/A' },
      ],
    },
  ]

  it.each([
    ['nvidia-smi.xml', nvidiaXml(busy)],
    ['nvidia-smi-q.txt', nvidiaReport(busy)],
    ['nvidia-smi.txt', nvidiaTable(busy)],
  ])('%s tells who uses the card', async (file, text) => {
    const processes = (await machineOf({ [file]: text })).gpus[0]?.processes?.value
    expect(processes?.[0]).toMatchObject({ pid: 4711, name: 'VLLM::EngineCore', memoryBytes: 40000 * MiB })
  })

  it('reads --query-compute-apps onto the cards', async () => {
    const apps = `timestamp, gpu_name, gpu_bus_id, gpu_uuid, pid, process_name, used_gpu_memory [MiB]
2026/11/21 04:00:00.000, NVIDIA A100-SXM4-80GB, 00000000:07:00.0, ${sliced.uuid}, 99, python3, 2566 MiB`
    const machine = await machineOf({ 'nvidia-smi.csv': nvidiaCsv([sliced], '8.0'), 'nvidia-smi-apps.csv': apps })
    expect(machine.gpus).toHaveLength(1)
    expect(machine.gpus[0]?.processes?.value).toEqual([
      { pid: 99, name: 'python3', owner: null, memoryBytes: 2566 * MiB },
    ])
  })
})

describe('links', () => {
  const pair = [
    ['X', 'NV12', 'SYS'],
    ['NV12', 'X', 'SYS'],
    ['SYS', 'SYS', 'X'],
  ]

  it('reads the matrix with its escape sequences and NUMA nodes', async () => {
    const machine = await machineOf({ 'nvidia-smi-topo.txt': nvidiaTopology(pair) })
    expect(machine.links.map((link) => [link.a, link.b, link.kind.value])).toEqual([
      [0, 1, 'nvlink'],
      [0, 2, 'sys'],
      [1, 2, 'sys'],
    ])
    expect(machine.gpus.map((gpu) => gpu.numaNode?.value)).toEqual([0, 1, 0])
  })

  it.each([
    ['SOC', 'sys'],
    ['PIX', 'pix'],
    ['PXB', 'pxb'],
    ['NODE', 'node'],
    ['PHB', 'phb'],
    ['NV2', 'nvlink'],
  ])('%s is %s', async (word, kind) => {
    const machine = await machineOf({
      'nvidia-smi-topo.txt': nvidiaTopology(
        [
          ['X', word],
          [word, 'X'],
        ],
        true,
      ),
    })
    expect(machine.links).toHaveLength(1)
    expect(machine.links[0]?.kind.value).toBe(kind)
  })

  it('does not take network cards for GPUs', async () => {
    const text = `\tGPU0\tGPU1\tNIC0\tmlx5_1\tCPU Affinity
GPU0\t X \tPHB\tPIX\tSYS\t0-9
GPU1\tPHB\t X \tSYS\tPIX\t0-9
NIC0\tPIX\tSYS\t X \tSYS\t
`
    const machine = await machineOf({ 'nvidia-smi-topo.txt': text })
    expect(machine.gpus).toHaveLength(2)
    expect(machine.links).toHaveLength(1)
  })
})

describe('a broken driver is said in words', () => {
  it.each([
    [
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.",
      /not loaded/,
    ],
    [
      'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 570.86',
      /different versions.*570\.86/,
    ],
    ['No devices were found', /finds no card/],
    ['Failed to initialize NVML: Insufficient Permissions', /may not use/],
  ])('%s', async (text, expected) => {
    const machine = await machineOf({ 'nvidia-smi.txt': text })
    expect(machine.gpus).toEqual([])
    expect(machine.problems).toHaveLength(1)
    expect(machine.problems[0]?.text).toMatch(expected)
  })
})

import { describe, expect, it } from 'vitest'
import { machineOf } from './captures.ts'

const names = async (text: string) =>
  (await machineOf({ 'lspci.txt': text })).gpus.map((gpu) => [gpu.vendor.value, gpu.name.value, gpu.pciAddress.value])

describe('lspci', () => {
  it.each([
    ['plain', '01:00.0 VGA compatible controller: NVIDIA Corporation GA106 [GeForce RTX 3060] (rev a1)'],
    [
      '-nn',
      '01:00.0 VGA compatible controller [0300]: NVIDIA Corporation GA106 [GeForce RTX 3060] [10de:2503] (rev a1)',
    ],
    ['-D', '0000:01:00.0 VGA compatible controller: NVIDIA Corporation GA106 [GeForce RTX 3060] (rev a1)'],
    [
      '-mm',
      '01:00.0 "VGA compatible controller" "NVIDIA Corporation" "GA106 [GeForce RTX 3060]" -ra1 "ASUS" "Device 87b8"',
    ],
    [
      '-vmm',
      'Slot:\t01:00.0\nClass:\tVGA compatible controller\nVendor:\tNVIDIA Corporation\nDevice:\tGA106 [GeForce RTX 3060]\nRev:\ta1\n',
    ],
    ['-nvmm', 'Slot:\t01:00.0\nClass:\t0300\nVendor:\t10de\nDevice:\t2503\n'],
    [
      'an id that it does not know by name',
      '01:00.0 VGA compatible controller: NVIDIA Corporation Device 2503 (rev a1)',
    ],
  ])('%s', async (_, text) => {
    expect(await names(text)).toEqual([['nvidia', 'GeForce RTX 3060', '0000:01:00.0']])
  })

  it('leaves out the management chip of a server, the screen of a virtual machine and audio', async () => {
    const text = `02:00.0 VGA compatible controller: ASPEED Technology, Inc. ASPEED Graphics Family (rev 41)
03:00.0 VGA compatible controller: Matrox Electronics Systems Ltd. G200eR2 (rev 01)
00:0f.0 VGA compatible controller: VMware SVGA II Adapter
00:01.0 VGA compatible controller: Red Hat, Inc. Virtio 1.0 GPU (rev 01)
0a:00.1 Audio device: NVIDIA Corporation GA106 High Definition Audio Controller (rev a1)
41:00.0 Processing accelerators: Advanced Micro Devices, Inc. [AMD/ATI] Aqua Vanjaram [Instinct MI300X]
`
    const machine = await machineOf({ 'lspci.txt': text })
    expect(machine.gpus.map((gpu) => [gpu.name.value, gpu.arch.value])).toEqual([['Instinct MI300X', 'gfx942']])
  })

  it('takes no region for memory, and an idle link for what it is', async () => {
    const text = `01:00.0 VGA compatible controller: NVIDIA Corporation GA106 [GeForce RTX 3060] (rev a1) (prog-if 00 [VGA controller])
	Region 0: Memory at a2000000 (32-bit, non-prefetchable) [size=16M]
	Region 1: Memory at 90000000 (64-bit, prefetchable) [size=256M]
		LnkCap:	Port #0, Speed 16GT/s, Width x16, ASPM L1
		LnkSta:	Speed 2.5GT/s (downgraded), Width x1 (downgraded)
	Kernel driver in use: nvidia
`
    const gpu = (await machineOf({ 'lspci.txt': text })).gpus[0]
    expect(gpu?.memoryTotalBytes.value).toBeNull()
    expect(gpu?.memoryTotalBytes.unknown).toContain('12 GiB')
    expect([gpu?.linkWidth.value, gpu?.linkWidthMax.value]).toEqual([1, 16])
    expect([gpu?.linkGeneration.value, gpu?.linkGenerationMax.value]).toEqual([1, 4])
    expect(gpu?.problem.value).toBeNull()
  })

  it('says that links want root', async () => {
    const text = `01:00.0 VGA compatible controller: NVIDIA Corporation GA106 [GeForce RTX 3060] (rev a1)
	Capabilities: <access denied>
	Kernel driver in use: nouveau
`
    const gpu = (await machineOf({ 'lspci.txt': text })).gpus[0]
    expect(gpu?.linkWidth.value).toBeNull()
    expect(gpu?.linkWidth.unknown).toContain('root')
    expect(gpu?.problem.value).toContain('nouveau')
  })

  it('counts no adapter of WSL2 and says why', async () => {
    const machine = await machineOf({
      'lspci.txt': '0cca:00:00.0 3D controller: Microsoft Corporation Basic Render Driver\n',
    })
    expect(machine.gpus).toEqual([])
    expect(machine.problems[0]?.text).toContain('WSL2')
  })
})

describe('several sources about one machine', () => {
  const bus = `01:00.0 VGA compatible controller: NVIDIA Corporation GA106 [GeForce RTX 3060] (rev a1)
02:00.0 VGA compatible controller: NVIDIA Corporation GA106 [GeForce RTX 3060] (rev a1)
`
  const row = (index: number, address: string, uuid: string) => `${index}, ${uuid}, ${address}, 8.6`
  const csv = (...rows: string[]) => ['index, uuid, pci.bus_id, compute_cap', ...rows].join('\n')

  it('knows a card again by its address, whatever the order', async () => {
    const machine = await machineOf({
      'lspci.txt': bus,
      'nvidia-smi.csv': csv(row(0, '00000000:02:00.0', 'GPU-b'), row(1, '00000000:01:00.0', 'GPU-a')),
    })
    expect(machine.gpus.map((gpu) => [gpu.index, gpu.pciAddress.value, gpu.uuid.value])).toEqual([
      [0, '0000:02:00.0', 'GPU-b'],
      [1, '0000:01:00.0', 'GPU-a'],
    ])
  })

  it('keeps a card that the driver does not see', async () => {
    const machine = await machineOf({ 'lspci.txt': bus, 'nvidia-smi.csv': csv(row(0, '00000000:02:00.0', 'GPU-b')) })
    expect(machine.gpus).toHaveLength(2)
    expect(machine.gpus[0]?.uuid.value).toBe('GPU-b')
    expect(machine.gpus[1]?.pciAddress.value).toBe('0000:01:00.0')
  })

  it('gives every card a number of its own, NVIDIA first', async () => {
    const machine = await machineOf({
      'lspci.txt': '05:00.0 VGA compatible controller: Advanced Micro Devices, Inc. [AMD/ATI] Picasso (rev c1)\n',
      'nvidia-smi.csv': csv(row(0, '00000000:01:00.0', 'GPU-a')),
    })
    expect(machine.gpus.map((gpu) => [gpu.index, gpu.vendor.value, gpu.unifiedMemory.value])).toEqual([
      [0, 'nvidia', null],
      [1, 'amd', true],
    ])
  })

  it('takes a card that one file lists twice for one', async () => {
    expect((await machineOf({ 'lspci.txt': bus + bus })).gpus).toHaveLength(2)
  })
})

it.each([
  [
    'revision ff',
    '02:00.0 VGA compatible controller [0300]: NVIDIA Corporation GA102 [GeForce RTX 3090] [10de:2204] (rev ff)\n',
    /does not answer/,
  ],
  [
    'an unknown header',
    '02:00.0 3D controller: NVIDIA Corporation GA100 (rev a1)\n\t!!! Unknown header type 7f\n',
    /does not answer/,
  ],
  [
    'machine-readable',
    '02:00.0 "3D controller" "NVIDIA Corporation" "GA100 [A100 SXM4 80GB]" -rff "" ""\n',
    /does not answer/,
  ],
  [
    'no driver',
    '02:00.0 3D controller: NVIDIA Corporation GA100 (rev a1)\n\tKernel modules: nvidiafb, nouveau\n',
    /No driver/,
  ],
  [
    'healthy',
    '02:00.0 3D controller: NVIDIA Corporation GA100 (rev a1)\n\tKernel driver in use: nvidia\n\tKernel modules: nouveau\n',
    null,
  ],
])('a card on the bus: %s', async (_, text, expected) => {
  const { gpus } = await machineOf({ 'lspci.txt': text })
  expect(gpus).toHaveLength(1)
  const problem = gpus[0]?.problem.value ?? null
  if (expected === null) expect(problem).toBeNull()
  else expect(problem).toMatch(expected)
})

it('takes neural units and data movers of Intel for no cards', async () => {
  const text = `00:0b.0 Processing accelerators [1200]: Intel Corporation Meteor Lake NPU [8086:7d1d] (rev 04)
00:02.0 VGA compatible controller [0300]: Intel Corporation Meteor Lake-P [Intel Arc Graphics] [8086:7d55] (rev 08)
`
  const { gpus } = await machineOf({ 'lspci.txt': text })
  expect(gpus.map((gpu) => gpu.pciAddress.value)).toEqual(['0000:00:02.0'])
})

it('takes the link of an AMD card from the upper port of the switch on its board', async () => {
  const bridge = (address: string, name: string, secondary: string, width: number) =>
    `${address} PCI bridge: Advanced Micro Devices, Inc. [AMD/ATI] Navi 10 XL ${name} of PCI Express Switch (rev 10)
\tBus: primary=00, secondary=${secondary}, subordinate=05, sec-latency=0
\t\tLnkCap:\tPort #0, Speed 16GT/s, Width x16, ASPM L1
\t\tLnkSta:\tSpeed 8GT/s (downgraded), Width x${width} (downgraded)

`
  const text = `00:01.0 PCI bridge: Advanced Micro Devices, Inc. [AMD] Raphael GPP Bridge
\tBus: primary=00, secondary=03, subordinate=05, sec-latency=0
\t\tLnkSta:\tSpeed 8GT/s, Width x1

${bridge('03:00.0', 'Upstream Port', '04', 1)}${bridge('04:00.0', 'Downstream Port', '05', 16)}05:00.0 VGA compatible controller: Advanced Micro Devices, Inc. [AMD/ATI] Navi 31 [Radeon RX 7900 XT/7900 XTX/7900M] (rev c8)
\t\tLnkCap:\tPort #0, Speed 16GT/s, Width x16, ASPM L1
\t\tLnkSta:\tSpeed 16GT/s, Width x16
\tKernel driver in use: amdgpu
`
  const { gpus } = await machineOf({ 'lspci-vvv.txt': text })
  expect(gpus).toHaveLength(1)
  expect(gpus[0]).toMatchObject({ linkWidth: { value: 1 }, linkWidthMax: { value: 16 }, linkGeneration: { value: 3 } })
})

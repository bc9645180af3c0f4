import { describe, expect, it } from 'vitest'
import { machineText } from '#src/machine/summary.ts'
import { machineValues } from '#src/machine/values.ts'
import { machineOf } from './captures.ts'

async function valuesOf(file: string, text: string) {
  return machineValues(await machineOf({ [file]: text }))
}

describe('captures as people keep them', () => {
  it('reads text that was indented as a whole', async () => {
    const text = `
      GPU[0]  : Card Series:  AMD Instinct MI300X
      GPU[0]  : Card Model:   0x74a1

      GPU[1]  : Card Series:  AMD Instinct MI300X
`
    expect((await valuesOf('rocm-smi.txt', text)).gpus).toMatchObject([{ name: 'AMD Instinct MI300X' }, {}])
  })

  it.each([
    ['quoted', '> '],
    ['indented below its command', '    '],
  ])('reads a table that is %s', async (kind, prefix) => {
    const table = `+-------------------+
| BDF                        GPU-Name | Mem-Uti   Temp   UEC       Power-Usage |
| 0000:09:00.0    AMD Instinct MI325X | 0 %      49 °C   0          144/1000 W |
|   0       0       3        SPX/NPS1 | 3 %        N/A           283/262128 MB |
`
    const text = table.replace(/^(?=.)/gm, prefix)
    const { gpus } = await valuesOf('amd-smi.txt', kind === 'quoted' ? `>\n${text}` : `$ amd-smi\n\n${text}`)
    expect(gpus).toMatchObject([{ name: 'AMD Instinct MI325X', pciAddress: '0000:09:00.0' }])
  })

  it('finds the devices of lspci below the words of a document', async () => {
    const text =
      '  * Ask for the cards:\n\n    65:00.0 3D controller [0302]: NVIDIA Corporation GA102GL [A10] [10de:2236] (rev a1)\n            Kernel modules: nouveau\n'
    const { gpus } = await valuesOf('lspci.txt', text)
    expect(gpus).toMatchObject([{ name: 'A10', pciAddress: '0000:65:00.0' }])
    expect(gpus[0]?.problem).toContain('No driver holds this card')
  })

  it('keeps cards apart whose UUIDs were masked', async () => {
    const card = (bus: string) =>
      `<gpu id="00000000:${bus}:00.0"><product_name>NVIDIA L4</product_name><uuid>GPU-masked</uuid></gpu>`
    const xml = `<nvidia_smi_log>${card('41')}${card('81')}</nvidia_smi_log>`
    expect((await valuesOf('nvidia-smi.xml', xml)).gpus.map((gpu) => gpu.pciAddress)).toEqual([
      '0000:41:00.0',
      '0000:81:00.0',
    ])
    const list = 'GPU 0: NVIDIA L4 (UUID: GPU-0000)\nGPU 1: NVIDIA L4 (UUID: GPU-0000)\n'
    expect((await valuesOf('nvidia-smi-L.txt', list)).gpus).toHaveLength(2)
  })

  it('takes no words around CSV for cards', async () => {
    const text =
      '# fields asked for\nname\nuuid\nmemory.total\n\n# query (csv, all columns)\nname, uuid, memory.total [MiB]\nNVIDIA L4, GPU-1, 23034 MiB\n\nname\nsome other words, with a comma\n'
    expect((await valuesOf('nvidia-smi.csv', text)).gpus).toMatchObject([{ name: 'NVIDIA L4', uuid: 'GPU-1' }])
  })

  it('reads rows of the matrix that were cut out without its heading', async () => {
    const text =
      'GPU0     X      NV18    NODE    PXB   0-55\nGPU1    NV18     X      NODE    PXB   0-55\nGPU2    NODE    NODE     X      NODE  56-111\n'
    const { gpus, links } = await valuesOf('nvidia-smi-topo.txt', text)
    expect(gpus).toHaveLength(3)
    expect(links).toEqual([
      { a: 0, b: 1, kind: 'nvlink' },
      { a: 0, b: 2, kind: 'node' },
      { a: 1, b: 2, kind: 'node' },
    ])
  })
})

it('counts cards, not their partitions', async () => {
  const row = (device: number, id: string, partition: string) =>
    `${device}       ${device + 2}     ${id},   1842${device}  45.0°C  152.0W    ${partition}        133Mhz  900Mhz  0%   auto  750.0W  0%     0%\n`
  const heading = 'Device  Node  IDs  Temp  Power  Partitions  SCLK  MCLK  Fan  Perf  PwrCap  VRAM%  GPU%\n=====\n'
  const rows = [
    row(0, '0x74a1', 'NPS1, CPX, 0'),
    row(1, 'N/A', 'N/A, N/A, 1'),
    row(2, '0x74a1', 'NPS1, CPX, 2'),
    row(3, '0x74a1', 'NPS1, CPX, 0'),
  ]
  const { gpus } = await valuesOf('rocm-smi.txt', `${heading}${rows.join('')}=====\n`)
  expect(gpus).toMatchObject([{ arch: 'gfx942' }, { arch: 'gfx942' }])
})

it('takes the cards of amd-smi in their order where they have no number', async () => {
  const json = JSON.stringify([
    { asic: { market_name: 'AMD Radeon AI PRO R9700' }, vram: { size: { value: 32624, unit: 'MB' } } },
    { asic: { market_name: 'AMD Radeon Graphics', target_graphics_version: 'gfx1036' } },
  ])
  expect((await valuesOf('amd-smi.json', json)).gpus).toMatchObject([
    { index: 0, arch: 'gfx1201', memoryTotalBytes: 32624 * 1024 ** 2 },
    { index: 1, arch: 'gfx1036', unifiedMemory: true },
  ])
})

it('counts a card whose partitions have its UUID and functions of its address once', async () => {
  const text =
    'GPU: 0\n    BDF: 0000:05:00.0\n    UUID: abff74a1-0000-1000-80d1-000000000001\n\nGPU: 1\n    BDF: 0000:05:00.1\n    UUID: abff74a1-0000-1000-80d1-000000000001\n\nGPU: 2\n    BDF: 0000:26:00.0\n    UUID: 77ff74a1-0000-1000-8009-000000000002\n'
  expect((await valuesOf('amd-smi-list.txt', text)).gpus.map((gpu) => gpu.pciAddress)).toEqual([
    '0000:05:00.0',
    '0000:26:00.0',
  ])
})

it('knows a card of AMD by the number that stands where its name should', async () => {
  const text = 'GPU[0]\t: Card series:\t0x740f\nGPU[0]\t: Card model:\t0x0c34\n'
  expect((await valuesOf('rocm-smi.txt', text)).gpus).toMatchObject([{ arch: 'gfx90a' }])
})

it('reads the overview of xpu-smi, with names of two rows', async () => {
  const text = `+------------------------------+----------------------+------------+
| GPU  Name   Persistence-M    | Bus-Id    Disp.A     | ECC        |
+------------------------------+----------------------+------------+
|   0  Intel(R) Arc(TM)  Off   | 0000:03:00.0   Off   | Disabled   |
|      A770 Graphics           |                      |            |
| 0%       N/A   41W / 190W    | 32MiB / 15473MiB     | N/A        |
+------------------------------+----------------------+------------+
|   1  Intel(R) Graphics  Off  | 0000:04:00.0   Off   | Disabled   |
| 0%       N/A   41W / 190W    | N/A                  | N/A        |
`
  expect((await valuesOf('xpu-smi.txt', text)).gpus).toMatchObject([
    { name: 'Intel(R) Arc(TM) A770 Graphics', pciAddress: '0000:03:00.0', memoryTotalBytes: 15473 * 1024 ** 2 },
    { name: 'Intel(R) Graphics', pciAddress: '0000:04:00.0', memoryTotalBytes: null },
  ])
})

it('finds the cards in the tree of lspci', async () => {
  const text = `$ lspci -tv
-+-[0000:c0]-+-00.0  Advanced Micro Devices, Inc. [AMD] Device 14a4
 |           +-01.1-[c1-c4]----00.0-[c2-c4]--+-00.0-[c3]--+-00.0  NVIDIA Corporation AD102GL [L40S]
 |           |                               |            \\-00.1  NVIDIA Corporation AD102 High Definition Audio Controller
 |           |                               \\-10.0-[c4]----00.0  NVIDIA Corporation AD102GL [L40S]
 |           \\-02.1-[c5]----00.0  Samsung Electronics Co Ltd NVMe SSD Controller
 \\-[10000:00]-+-00.0  Advanced Micro Devices, Inc. [AMD] Device 14a4
              \\-01.1-[21-23]----00.0-[22-23]----00.0-[23]--+-00.0  Advanced Micro Devices, Inc. [AMD/ATI] Navi 31 [Radeon Pro W7900]
                                                           \\-00.1  Advanced Micro Devices, Inc. [AMD/ATI] Navi 31 HDMI/DP Audio
`
  expect((await valuesOf('lspci-tv.txt', text)).gpus).toMatchObject([
    { name: 'L40S', capability: '8.9', pciAddress: '0000:c3:00.0' },
    { name: 'L40S', pciAddress: '0000:c4:00.0' },
    { name: 'Radeon Pro W7900', arch: 'gfx1100', pciAddress: '10000:23:00.0' },
  ])
  expect((await valuesOf('lspci-t.txt', text.replace(/ {2}[A-Z].*/g, ''))).gpus).toEqual([])
})

it('takes the whole name of a card from the bus where nvidia-smi cut it off', async () => {
  const table = `| NVIDIA-SMI 575.1   Driver Version: 575.1   CUDA Version: 12.9 |
|   0  NVIDIA RTX 6000 Ada Gene...    Off |   00000000:41:00.0 Off |                  Off |
| 30%   31C    P8              5W /  300W |       2MiB /  49140MiB |      0%      Default |
`
  const bus = '41:00.0 VGA compatible controller: NVIDIA Corporation AD102GL [RTX 6000 Ada Generation] (rev a1)\n'
  const machine = await machineOf({ 'nvidia-smi.txt': table, 'lspci.txt': bus })
  expect(machineValues(machine).gpus).toMatchObject([
    { name: 'RTX 6000 Ada Generation', memoryTotalBytes: 49140 * 1024 ** 2, capability: '8.9' },
  ])
})

it('reads the cards of a host that shares them among virtual machines', async () => {
  const text = `| NVIDIA-SMI 535.129.03             Driver Version: 535.129.03                |
|---------------------------------+------------------------------+------------+
| GPU  Name                       | Bus-Id                       | GPU-Util   |
|      vGPU ID     Name           | VM ID     VM Name            | vGPU-Util  |
|=================================+==============================+============|
|   0  NVIDIA A40                 | 00000000:3B:00.0             |   3%       |
|      3251634213  NVIDIA A40-8Q  | 7a41...   build              |      0%    |
|   1  NVIDIA A40                 | 00000000:AF:00.0             |   0%       |
`
  expect((await valuesOf('nvidia-smi-vgpu.txt', text)).gpus).toMatchObject([
    { name: 'NVIDIA A40', pciAddress: '0000:3b:00.0', driver: '535.129.03', memoryTotalBytes: null },
    { name: 'NVIDIA A40', pciAddress: '0000:af:00.0' },
  ])
})

it('reads memory and swap of a Jetson board, whose GPU has none of its own', async () => {
  const text =
    '05-15-2026 18:30:28 RAM 6982/7620MB (lfb 5x1MB) SWAP 2640/16384MB (cached 202MB) CPU [97%@1984] GR3D_FREQ 84%@[713]\n'
  const machine = await machineOf({ 'tegrastats.txt': text })
  const values = machineValues(machine)
  expect(values).toMatchObject({
    memory: { totalBytes: 7620 * 1024 ** 2 },
    swap: { totalBytes: 16384 * 1024 ** 2 },
    gpus: [{ vendor: 'nvidia', name: null, unifiedMemory: true, memoryTotalBytes: null }],
  })
  expect(machine.gpus[0]?.memoryTotalBytes.unknown).toContain('shares the memory of the CPU')
})

it('says why the memory of an Intel card is not known from the bus', async () => {
  const text =
    '29:00.0 VGA compatible controller: Intel Corporation Battlemage G21 [Arc B580]\n\tRegion 2: Memory at e0000000 (64-bit, prefetchable) [size=16G]\n'
  const [card] = (await machineOf({ 'lspci.txt': text })).gpus
  expect(card?.memoryTotalBytes).toMatchObject({ value: null, unknown: expect.stringContaining('12 GiB') })
  const [other] = (await machineOf({ 'lspci.txt': text.replace('Arc B580', 'Arc A770') })).gpus
  expect(other?.memoryTotalBytes).toMatchObject({ value: null, unknown: expect.stringContaining('xpu-smi') })
})

it.each([
  '61:00.0 3D controller [0302]: NVIDIA Corporation GB100 [B200] [10de:2901] (rev a1)',
  '61:00.0 3D controller: NVIDIA Corporation GB100 [B200] (rev a1)',
  '61:00.0 "3D controller" "NVIDIA Corporation" "GB100 [B200]" -ra1 "NVIDIA Corporation" "Device 1999"',
])('takes no name for an id: %s', async (line) => {
  expect((await valuesOf('lspci.txt', `${line}\n`)).gpus).toMatchObject([{ name: 'B200', capability: '10.0' }])
})

it('says nothing of the link and of free memory where nobody told them', async () => {
  const machine = await machineOf({
    'lspci.txt': '29:00.0 VGA compatible controller: Intel Corporation DG2 [Arc A770]\n',
  })
  expect(machineText(machine)[0]?.replace(/ +/g, ' ')).toBe('GPUs #0 Arc A770 - - driver - 0000:29:00.0')
})

it('learns the kernel from what tells it by the way', async () => {
  const amd =
    'GPU: 0\n    DRIVER:\n        NAME: amdgpu\n        VERSION: 6.18.3\n        OS_KERNEL_VERSION: 5.15.0-164-generic\n'
  expect((await valuesOf('amd-smi-static.txt', amd)).os.kernel).toBe('5.15.0-164-generic')
  const log =
    '[    0.000000] Linux version 6.8.0-79-generic (buildd@host) (gcc 13) #79-Ubuntu SMP\n[    0.1] Command line: quiet\n'
  expect((await valuesOf('dmesg.txt', log)).os.kernel).toBe('6.8.0-79-generic')
})

describe('processors', () => {
  it('counts the threads that are switched on', async () => {
    const text =
      'Architecture: ppc64le\nCPU(s): 16\nOn-line CPU(s) list: 0,4,8,12-13\nOff-line CPU(s) list: 1-3,5-7,9-11,14,15\nThread(s) per core: 1\nCore(s) per socket: 5\nSocket(s): 1\n'
    expect((await valuesOf('lscpu.txt', text)).cpu).toMatchObject({ threads: 5, cores: 5 })
    const cut = text.replace('12-13', '12-...')
    expect((await valuesOf('lscpu.txt', cut)).cpu.threads).toBeNull()
  })

  it('joins flags that were broken at the edge of the terminal', async () => {
    const text = `Architecture:           x86_64
CPU(s):                 4
  Flags:                fpu vme de pse tsc msr pae mce cx8 ap
                        ic sep sse4_2 avx avx2 avx512f avx512
                        vl amx_tile amx_bf16 amx_int8 bmi1
                        fma
Virtualization features:
  Virtualization:       VT-x
`
    const { flags } = (await valuesOf('lscpu.txt', text)).cpu
    expect(flags).toEqual(expect.arrayContaining(['apic', 'avx512vl', 'bmi1', 'fma']))
    expect(flags).toHaveLength(21)
  })

  it('reads Russian', async () => {
    const text =
      'Архитектура: x86_64\nCPU(s): 4\nOn-line CPU(s) list: 0-3\nПотоков на ядро: 2\nЯдер на сокет: 2\nСокетов: 1\nNUMA node(s): 1\nID производителя: AuthenticAMD\nСемейство ЦПУ: 21\nИмя модели: AMD A10-9620P RADEON R5\nФлаги: fpu vme de pse tsc msr pae mce avx\n'
    expect((await valuesOf('lscpu.txt', text)).cpu).toMatchObject({
      architecture: 'x86_64',
      vendor: 'AuthenticAMD',
      model: 'AMD A10-9620P RADEON R5',
      cores: 2,
      threads: 4,
      sockets: 1,
    })
  })

  it.each([
    [
      'RISC-V with two kinds of cores',
      'processor : 0\nhart : 0\nmodel name : Big\nisa : rv64imafdcv_zba\n\nprocessor : 1\nhart : 1\nmodel name : Small\nisa : rv64imafdc\n',
      { architecture: 'riscv64', model: 'Big + Small', threads: 2 },
    ],
    [
      'RISC-V without a model',
      'processor : 0\nhart : 0\nisa : rv64imafdc\nuarch : sifive,u74-mc\n',
      { architecture: 'riscv64', model: 'sifive,u74-mc', threads: 1 },
    ],
    [
      'LoongArch',
      'processor\t: 0\npackage\t: 0\ncore\t: 0\nModel Name\t: Loongson-3C6000\nISA\t: loongarch32 loongarch64\n\nprocessor\t: 1\npackage\t: 0\ncore\t: 1\nModel Name\t: Loongson-3C6000\n',
      { architecture: 'loongarch64', model: 'Loongson-3C6000', threads: 2, cores: 2, sockets: 1 },
    ],
    [
      'an old kernel of ARM',
      'Processor : ARMv7 Processor rev 4 (v7l)\nprocessor : 0\n\nprocessor : 1\n\nCPU implementer : 0x41\nCPU part : 0xc0f\n',
      { architecture: 'armv7l', threads: 2, vendor: 'ARM' },
    ],
  ])('reads %s', async (_, text, cpu) => {
    expect((await valuesOf('cpuinfo.txt', text)).cpu).toMatchObject(cpu)
  })
})

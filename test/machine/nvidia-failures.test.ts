import { describe, expect, it } from 'vitest'
import { machineOf } from './captures.ts'
import { nvidiaReport, nvidiaXml, rig } from './outputs/nvidia.ts'

const heading = `+-----------------------------------------------------------------------------+
| NVIDIA-SMI 470.103.01   Driver Version: 470.103.01   CUDA Version: 11.4     |
|-------------------------------+----------------------+----------------------+
| GPU  Name        Persistence-M| Bus-Id        Disp.A | Volatile Uncorr. ECC |
| Fan  Temp  Perf  Pwr:Usage/Cap|         Memory-Usage | GPU-Util  Compute M. |
|===============================+======================+======================|
`

describe('a card that has failed is still a card, with what is wrong', () => {
  it.each([
    [
      'lost in the table',
      {
        'nvidia-smi.txt': `${heading}|   0  NVIDIA A30          Off  | 00000000:1A:00.0 Off |                    0 |
| N/A   28C    P8    21W / 165W |      1MiB / 24258MiB |      0%      Default |
|   1  ERR!                ERR! | 00000000:3D:00.0 ERR!|                 ERR! |
|ERR!  ERR! ERR!    ERR! / ERR! |        GPU is lost   |    ERR!         ERR! |
`,
      },
      [null, /fallen off the bus/],
    ],
    [
      'answering with errors in the table',
      {
        'nvidia-smi.txt': `${heading}|   0  NVIDIA A30          Off  | 00000000:1A:00.0 Off |                    0 |
|ERR!  ERR! ERR!    ERR! / 165W |      1MiB / 24258MiB |    ERR!      Default |
`,
      },
      [/errors/],
    ],
    [
      'named in the list by its address alone',
      {
        'nvidia-smi-L.txt': `GPU 0: NVIDIA A30 (UUID: GPU-11111111-2222-3333-4444-555555555501)
Unable to determine the device handle for gpu 0000:3D:00.0: GPU is lost.  Reboot the system to recover this GPU
GPU 2: NVIDIA A30 (UUID: GPU-11111111-2222-3333-4444-555555555503)
`,
      },
      [null, /fallen off the bus/, null],
    ],
    [
      'the only thing that nvidia-smi says',
      { 'nvidia-smi.txt': 'Unable to determine the device handle for GPU0000:3D:00.0: Unknown Error' },
      [/cannot open/],
    ],
    [
      'lost in CSV',
      {
        'nvidia-smi.csv':
          'index, pci.bus_id, name, memory.total [MiB]\n0, 00000000:01:00.0, NVIDIA A30, 24258 MiB\n1, 00000000:02:00.0, [GPU is lost], [GPU is lost]\n',
      },
      [null, /fallen off the bus/],
    ],
    [
      'lost in XML',
      {
        'nvidia-smi-q.xml': nvidiaXml([
          ...rig,
          { name: 'ERR!', bus: '00000000:03:00.0', total: 'GPU is lost', used: 'GPU is lost' },
        ]),
      },
      [null, null, /fallen off the bus/],
    ],
    [
      'asking for a reset in the report',
      {
        'nvidia-smi-q.txt': nvidiaReport([
          { name: 'NVIDIA A30', bus: '00000000:03:00.0', total: 'GPU requires reset', used: 'N/A' },
        ]),
      },
      [/waits for a reset/],
    ],
    [
      'with a fan that fails, and nothing else',
      {
        'nvidia-smi.txt': `${heading}|   0  NVIDIA A30          Off  | 00000000:1A:00.0 Off |                    0 |
|ERR!   28C    P8    ERR! / 165W |      1MiB / 24258MiB |      0%      Default |
`,
      },
      [null],
    ],
  ] as const)('%s', async (_, files, problems) => {
    const { gpus } = await machineOf(files as Readonly<Record<string, string>>)
    expect(gpus).toHaveLength(problems.length)
    expect(gpus.map((gpu) => gpu.index)).toEqual(problems.map((_problem, index) => index))
    for (const [index, expected] of problems.entries()) {
      const { value } = gpus[index]?.problem ?? { value: null }
      if (expected === null) expect(value).toBeNull()
      else expect(value).toMatch(expected)
    }
  })

  it('counts what the driver has attached and nvidia-smi does not describe', async () => {
    const text = nvidiaXml(rig).replace('<attached_gpus>2<', '<attached_gpus>3<')
    const { gpus, problems } = await machineOf({ 'nvidia-smi.xml': text })
    expect(gpus).toHaveLength(2)
    expect(problems.map((problem) => problem.text).join()).toMatch(/counts 3 cards.*describes 2/)
  })
})

describe('CSV without its headings', () => {
  it('is read by the command above it', async () => {
    const { gpus } = await machineOf({
      'nvidia-smi.txt':
        '[op@node ~]$ nvidia-smi --query-gpu=index,name,memory.total,memory.used --format=csv,noheader,nounits\n0, NVIDIA L4, 23034, 500\n1, NVIDIA L4, 23034, 3\n[op@node ~]$ \n',
    })
    expect(gpus.map((gpu) => [gpu.name.value, gpu.memoryTotalBytes.value, gpu.memoryUsedBytes.value])).toEqual([
      ['NVIDIA L4', 23034 * 2 ** 20, 500 * 2 ** 20],
      ['NVIDIA L4', 23034 * 2 ** 20, 3 * 2 ** 20],
    ])
  })

  it('tells without the command only what can be nothing else', async () => {
    const { gpus } = await machineOf({
      'nvidia-smi.csv': '0, NVIDIA L4, GPU-11111111-2222-3333-4444-555555555501, 00000000:01:00.0, 23034, 500\n',
      'nvidia-smi-memory.csv': 'NVIDIA L4, 23034 MiB\n',
    })
    expect(gpus).toHaveLength(1)
    expect(gpus[0]).toMatchObject({
      name: { value: 'NVIDIA L4' },
      pciAddress: { value: '0000:01:00.0' },
      memoryTotalBytes: { value: 23034 * 2 ** 20, method: expect.stringContaining('largest') },
      memoryUsedBytes: { value: null },
    })
  })
})

it('reads a Jetson, which has no bus and no memory of its own', async () => {
  const { gpus } = await machineOf({
    'nvidia-smi.txt': `${heading}|   0  Orin (nvgpu)                  N/A  | N/A              N/A |                  N/A |
| N/A   N/A  N/A               N/A /  N/A | Not Supported        |     N/A          N/A |
`,
  })
  expect(gpus).toHaveLength(1)
  expect(gpus[0]).toMatchObject({
    name: { value: 'Orin (nvgpu)' },
    capability: { value: '8.7' },
    unifiedMemory: { value: true },
    memoryTotalBytes: { value: null, unknown: expect.stringMatching(/Not Supported|shares/) },
    problem: { value: null },
  })
})

it('does not take a figure that the end of the output cuts off for a whole one', async () => {
  const cutXml = nvidiaXml(rig).replace(/(<total>122)[\s\S]*$/, '$1')
  const cutText = nvidiaReport(rig).replace(/(Total\s+: 122)[\s\S]*$/, '$1')
  for (const files of [{ 'nvidia-smi.xml': cutXml }, { 'nvidia-smi-q.txt': cutText }]) {
    const { gpus } = await machineOf(files)
    expect(gpus[0]?.name.value).toBe('NVIDIA GeForce RTX 3060')
    expect(gpus[0]?.memoryTotalBytes.value).toBeNull()
  }
  expect((await machineOf({ 'meminfo.txt': 'MemTotal:       1319' })).memory.totalBytes.value).toBeNull()
})

it('reads slices from the table, and their memory is not the card’s', async () => {
  const { gpus } = await machineOf({
    'nvidia-smi.txt': `${heading}|   0  NVIDIA A30          Off  | 00000000:1A:00.0 Off |                    0 |
| N/A   28C    P8    21W / 165W |      1MiB / 24258MiB |      0%      Default |
|                               |                      |              Enabled |
| MIG devices:                                                                |
|  0    1   0   0  |     12MiB /  5952MiB | 14      0 |  1   0    0    0    0 |
|  0    2   0   1  |     12MiB /  5952MiB | 14      0 |  1   0    0    0    0 |
`,
  })
  expect(gpus).toHaveLength(1)
  expect(gpus[0]).toMatchObject({
    memoryTotalBytes: { value: 24258 * 2 ** 20 },
    mig: { value: 'enabled' },
    migInstances: { value: ['0: 5952MiB', '1: 5952MiB'] },
  })
})

it('reads a matrix of links whose colours were lost in pasting', async () => {
  const { links } = await machineOf({
    'nvidia-smi-topo.txt':
      '\t[4mGPU0\tGPU1\tNIC0\tCPU Affinity[0m\nGPU0\t X \tNV18\tPXB\t0-55\nGPU1\tNV18\t X \tSYS\t0-55\n',
  })
  expect(links).toMatchObject([{ a: 0, b: 1, kind: { value: 'nvlink' } }])
})

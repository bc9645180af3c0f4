import fc from 'fast-check'
import { describe, it } from 'vitest'
import { composeMachine } from '#src/machine/compose.ts'
import { readerNames, readerOf } from '#src/machine/from-captures.ts'
import { readId } from '#src/machine/probes/id.ts'
import { readKfdProperties } from '#src/machine/probes/kfd.ts'
import { readProcNetTcp, readSs } from '#src/machine/probes/listeners.ts'
import { deviceName } from '#src/machine/probes/pci-ids.ts'
import { readPipConfigList, readPipFile } from '#src/machine/probes/pip-config.ts'
import { machineSchema } from '#src/machine/schema.ts'
import { machineValues } from '#src/machine/values.ts'
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

const seeds: readonly string[] = [
  nvidiaXml([...rig, sliced]),
  nvidiaReport([sliced, unified]),
  nvidiaTable([...rig, unified]),
  nvidiaCsv(rig),
  nvidiaTopology([
    ['X', 'NV12'],
    ['NV12', 'X'],
  ]),
  '| NVIDIA-SMI 535.1   Driver Version: 535.1 |\n|   0  NVIDIA A40   | 00000000:3B:00.0   |   3%  |\n|      3251634213  NVIDIA A40-8Q  | 7a  vm | 0% |\n',
  '|   0  Intel(R) Arc(TM)  Off   | 0000:03:00.0  Off | Disabled |\n|      A770 Graphics | | |\n| 0%  N/A  41W / 190W | 32MiB / 15473MiB | N/A |\n',
  'RAM 6982/7620MB (lfb 5x1MB) SWAP 2640/16384MB (cached 202MB) CPU [97%@1984] EMC_FREQ 18%@3199 GR3D_FREQ 84%@[713]\n',
  '-+-[0000:40]-+-00.0  AMD\n |           +-01.1-[41-42]----00.0-[42]--+-00.0  NVIDIA Corporation AD102 [GeForce RTX 4090]\n |           |            \\-00.1  NVIDIA Corporation AD102 Audio\n \\-[0000:00]---00.0  Intel\n',
  'GPU 0: NVIDIA A100 (UUID: GPU-1)\n  MIG 1g.10gb     Device  0: (UUID: MIG-1)\n',
  '  Name:                    gfx906\n  Marketing Name:          MI50\n  BDFID:                   1792\n      Segment: GLOBAL\n      Size:                    33538048(0x1ffc000) KB\n',
  JSON.stringify({
    card0: {
      'VRAM Total Memory (B)': '34342961152',
      'Card Model': '0x1586',
      'Unique ID': '0x1',
      'pcie clock level': '1 (16.0GT/s x16)',
    },
    system: { 'Driver version': '6' },
  }),
  'GPU[0]\t\t: GFX Version: \t\tgfx942\n0       [0x74a1 : 0x00]       41.0°C      121.0W    NPS1\n        AMD Instinct MI300X\n',
  JSON.stringify([
    {
      gpu: 0,
      asic: { device_id: '0x74a1' },
      vram: { size: { value: 1, unit: 'GB' } },
      links: [{ gpu: 1, link_type: 'XGMI' }],
    },
  ]),
  'GPU: 0\n    ASIC:\n        MARKET_NAME: X\n    BUS:\n        BDF: 0000:01:00.0\n',
  '01:00.0 VGA compatible controller [0300]: NVIDIA Corporation GA106 [GeForce RTX 3060] [10de:2503] (rev a1)\n\t\tLnkSta:\tSpeed 2.5GT/s, Width x1\n',
  'Slot:\t01:00.0\nClass:\t0300\nVendor:\t10de\nDevice:\t2503\n',
  'Architecture: x86_64\nCPU(s): 4\nThread(s) per core: 2\nCore(s) per socket: 2\nSocket(s): 1\nFlags: a b c d e f g h\n',
  JSON.stringify({ lscpu: [{ field: 'CPU(s):', data: '4', children: [] }] }),
  'processor : 0\nmodel name : X\nphysical id : 0\ncore id : 0\nflags : lm\n',
  'MemTotal: 16 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\nHugePages_Total: 1\nHugepagesize: 2048 kB\n',
  '              total        used        free\nMem:  1 2 3\nSwap: 1 2 3\n',
  'Filename Type Size Used Priority\n/swap\\040x file 1 2 -2\n',
  'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="x"\n',
  JSON.stringify({
    filesystems: [
      { target: '/', source: '/dev/sda', fstype: 'ext4', size: '1T', avail: 5, children: [{ target: '/x' }] },
    ],
  }),
  '25 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw\n',
  'Filesystem Type 1K-blocks Used Available Use% Mounted on\n/dev/sda2 ext4 100 50 50 50% /\n',
  JSON.stringify({
    blockdevices: [{ name: 'sda', rota: true, children: [{ name: 'sda1', mountpoint: '/', fstype: 'ext4' }] }],
  }),
  'NAME="sda" PKNAME="" MOUNTPOINT="/" ROTA="1" FSTYPE="ext4"\n',
  'NAME MAJ:MIN RM SIZE RO TYPE MOUNTPOINT\nsda 8:0 0 20G 0 disk\n└─sda1 8:1 0 1G 0 part /boot\n',
  JSON.stringify({ device_list: [{ device_id: 0, device_name: 'Arc', pci_bdf_address: '0000:03:00.0', uuid: 'u' }] }),
  'Linux x 6.1.0-40-amd64 #1 SMP x86_64 GNU/Linux\n',
  'glibc 2.36\n',
  'nvidia-smi --query-gpu=index,name,memory.total --format=csv,noheader\n0, NVIDIA L4, 23034 MiB\n',
  '0, NVIDIA L4, GPU-11111111-2222-3333-4444-555555555501, 00000000:01:00.0, 23034 MiB\n',
  'Unable to determine the device handle for GPU0000:01:00.0: Unknown Error\n',
  'device,Card Series,VRAM Total Memory (B)\ncard0,x,1\ncardsystem,6\n',
  'gpu,gpu_bdf,total_vram\n0,0000:05:00.0,196592\n',
  '| 0000:09:00.0    AMD Instinct MI325X | 0 %  49 °C  0  144/1000 W |\n|   0   0   3  SPX/NPS1 | 0 %  N/A  283/262128 MB |\n',
  'LINK TYPE TABLE:\n 0000:05:00.0 0000:26:00.0\n0000:05:00.0 SELF XGMI\n0000:26:00.0 XGMI SELF\n',
  '# CPU,Core,Socket,Node,,L1d\n0,0,0,0,,0\n1,1,0,0,,1\n',
  'CPU NODE SOCKET CORE ONLINE\n 0 0 0 0 yes\n',
  'processor : 0\nCPU implementer : 0x41\nCPU part : 0xd0c\nFeatures : asimd\n',
  'TARGET SOURCE FSTYPE OPTIONS\n/ /dev/sda1 ext4 rw\n',
  'SOURCE         FSTYPE   SIZE   USED  AVAIL USE% TARGET\n/dev/nvme0n1p2 ext4     457G   120G   313G  26% /\n',
  'Speicher: 32672140 5242880 18874368 210000 8554892 26800000\nSwap: 2097148 0 2097148\n',
  'NVRM: Xid (PCI:0000:02:00): 79, pid=77, GPU has fallen off the bus.\n',
]

/** Numbers that break arithmetic, escape sequences, and half of something. */
const nasty = fc.constantFrom(
  '',
  '-1',
  '1e999',
  '999999999999999999999',
  'NaN',
  '[N/A]',
  '\u001b[31m',
  '\u0000',
  '<',
  '&lt;',
  '"',
  '{',
  '\t',
  '\n\n',
  ':',
  '0x',
  'GPU0',
  '\ud800',
  'é',
  '__proto__',
)

type Change = { readonly at: number; readonly remove: number; readonly insert: string }

const mutated = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.array(fc.record({ at: fc.nat(), remove: fc.nat(40), insert: fc.oneof(nasty, fc.string({ maxLength: 12 })) }), {
      maxLength: 12,
    }),
    fc.nat(),
    fc.boolean(),
  )
  .map(([seed, changes, cut, whole]) => {
    const text = (changes satisfies readonly Change[]).reduce((current, { at, remove, insert }) => {
      const place = current.length === 0 ? 0 : at % current.length
      return current.slice(0, place) + insert + current.slice(place + remove)
    }, seed)
    return whole ? text : text.slice(0, cut % (text.length + 1))
  })

describe('mutated and cut-off outputs never throw, never hang, never give a wrong type', () => {
  it.each(readerNames)('%s', (name) => {
    const reader = readerOf(name)?.reader
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: mutated }, { weight: 1, arbitrary: fc.string() }), (text) => {
        const readings = [reader?.(text, { name }) ?? []].flat()
        const machine = composeMachine(readings, { name: 'fuzz', origin: 'captures' })
        machineSchema.parse(JSON.parse(JSON.stringify(machine)))
        machineSchema.parse(machineValues(machine))
      }),
      { numRuns: 250, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: true },
    )
  })

  it.each([
    ['ss', readSs],
    ['/proc/net/tcp', readProcNetTcp],
    ['id', (text: string) => readId(text, { name: 'id' })],
    ['kfd', (text: string) => readKfdProperties(text, { name: 'kfd' })],
    ['pip config list', readPipConfigList],
    ['pip.conf', readPipFile],
    ['pci.ids', (text: string) => deviceName(text, '10de', '2503')],
  ] as const)('%s', (_, parse) => {
    fc.assert(
      fc.property(fc.oneof(mutated, fc.string()), (text) => void parse(text)),
      { numRuns: 300 },
    )
  })

  it('reads long outputs in little time', () => {
    for (const seed of seeds) {
      const long = seed.repeat(Math.ceil(200_000 / seed.length))
      for (const name of readerNames) [readerOf(name)?.reader(long, { name }) ?? []].flat()
    }
  }, 60_000)
})

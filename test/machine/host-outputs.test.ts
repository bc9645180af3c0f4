import { describe, expect, it } from 'vitest'
import { GiB, KiB } from '#src/core/bytes.ts'
import { machineValues } from '#src/machine/values.ts'
import { machineOf } from './captures.ts'

const read = async (files: Readonly<Record<string, string>>) => machineValues(await machineOf(files))

describe('lscpu', () => {
  const english = `Architecture:        x86_64
CPU op-mode(s):      32-bit, 64-bit
CPU(s):              96
On-line CPU(s) list: 0-95
Thread(s) per core:  2
Core(s) per socket:  24
Socket(s):           2
NUMA node(s):        8
Vendor ID:           AuthenticAMD
CPU family:          23
Model name:          AMD EPYC 7451 24-Core Processor
CPU max MHz:         2300,0000
Flags:               fpu sse sse2 avx avx2 aes lm fma`
  const german = english
    .replace('Architecture:       ', 'Architektur:        ')
    .replace('Thread(s) per core: ', 'Thread(s) pro Kern: ')
    .replace('Core(s) per socket: ', 'Kern(e) pro Sockel: ')
    .replace('Socket(s):', 'Sockel:   ')
    .replace('NUMA node(s):', 'NUMA-Knoten: ')
    .replace('Vendor ID:  ', 'Anbieterkennung:')
    .replace('Model name:', 'Modellname:')
    .replace('Flags:', 'Markierungen:')
  const chinese = english
    .replace('Architecture:', '架构：')
    .replace('CPU(s):', 'CPU:')
    .replace('Thread(s) per core:', '每个核的线程数：')
    .replace('Core(s) per socket:', '每个座的核数：')
    .replace('Socket(s):', '座：')
    .replace('NUMA node(s):', 'NUMA 节点：')
    .replace('Vendor ID:', '厂商 ID：')
    .replace('Model name:', '型号名称：')
    .replace('Flags:', '标记：')
  const json = JSON.stringify({
    lscpu: english.split('\n').map((line) => {
      const [field, ...data] = line.split(':')
      return { field: `${field}:`, data: data.join(':').trim() }
    }),
  })

  it.each([
    ['English', english],
    ['German', german],
    ['Chinese', chinese],
    ['JSON', json],
  ])('in %s', async (_, text) => {
    const { cpu } = await read({ 'lscpu.txt': text })
    expect({ ...cpu, flags: cpu.flags?.includes('avx2') }).toEqual({
      vendor: 'AuthenticAMD',
      model: 'AMD EPYC 7451 24-Core Processor',
      architecture: 'x86_64',
      sockets: 2,
      cores: 48,
      threads: 96,
      numaNodes: 8,
      flags: true,
    })
  })

  it('counts clusters where an ARM kernel tells no sockets', async () => {
    const text = `Architecture: aarch64
CPU(s): 20
Vendor ID: ARM
Model name: Cortex-X925
Thread(s) per core: 1
Core(s) per cluster: 10
Socket(s): -
Cluster(s): 2
Flags: fp asimd evtstrm aes pmull sha1 sha2 crc32 bf16`
    const { cpu } = await read({ 'lscpu.txt': text })
    expect([cpu.sockets, cpu.cores, cpu.threads]).toEqual([null, 20, 20])
  })
})

describe('/proc/cpuinfo', () => {
  it('counts cores over all sockets', async () => {
    const processor = (number: number, socket: number, core: number) => `processor : ${number}
vendor_id : GenuineIntel
model name : Intel(R) Xeon(R) Gold 6248
physical id : ${socket}
core id : ${core}
flags : fpu lm avx512f
`
    const text = [0, 1]
      .flatMap((socket) => [0, 1, 0, 1].map((core, thread) => processor(socket * 4 + thread, socket, core)))
      .join('\n')
    const { cpu } = await read({ 'cpuinfo.txt': text })
    expect([cpu.sockets, cpu.cores, cpu.threads, cpu.architecture]).toEqual([2, 4, 8, 'x86_64'])
  })

  it('leaves unknown what ARM does not tell', async () => {
    const { cpu } = await read({
      'cpuinfo.txt': 'processor : 0\nFeatures : fp asimd\n\nprocessor : 1\nFeatures : fp asimd\n',
    })
    expect([cpu.architecture, cpu.threads, cpu.cores, cpu.model]).toEqual(['aarch64', 2, null, null])
  })
})

describe('memory', () => {
  it('meminfo is in units of 1024 bytes, and swap of 0 is 0', async () => {
    const { memory, swap } = await read({
      'meminfo.txt':
        'MemTotal:       16252928 kB\nMemAvailable:   14000000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\nHugePages_Total: 4\nHugepagesize: 2048 kB\n',
    })
    expect([memory.totalBytes, memory.availableBytes, memory.hugePagesTotalBytes]).toEqual([
      15.5 * GiB,
      14_000_000 * KiB,
      8 * 1024 * KiB,
    ])
    expect([swap.totalBytes, swap.usedBytes]).toEqual([0, 0])
  })

  it.each([
    [
      'free',
      'Mem:       16252928   1000000   9000000   100   6252928   14000000\nSwap:             0         0         0',
    ],
    [
      'free -h',
      'Mem:           15.5Gi    1.0Gi    8.6Gi    1Mi    6.0Gi    13.4Gi\nSwap:            0B        0B        0B',
    ],
  ])('%s', async (_, rows) => {
    const { memory, swap } = await read({
      'free.txt': `               total        used        free      shared  buff/cache   available\n${rows}`,
    })
    expect(memory.totalBytes).toBe(15.5 * GiB)
    expect(swap.totalBytes).toBe(0)
  })

  it('tells swap files, partitions and zram apart', async () => {
    const { swap } = await read({
      'swaps.txt':
        'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/swap\\040file                            file\t\t1048576\t\t1024\t\t-2\n/dev/sda3 partition 2048 0 -3\n/dev/zram0 partition 4096 0 100\n',
    })
    expect(swap.areas?.map((area) => [area.path, area.kind])).toEqual([
      ['/swap file', 'file'],
      ['/dev/sda3', 'partition'],
      ['/dev/zram0', 'zram'],
    ])
    expect(swap.totalBytes).toBe((1048576 + 2048 + 4096) * KiB)
  })
})

describe('os-release', () => {
  it.each([
    [
      'ID=ubuntu\nVERSION_ID="22.04"\nID_LIKE=debian\nPRETTY_NAME="Ubuntu 22.04.5 LTS"',
      'ubuntu',
      '22.04',
      'apt',
      false,
    ],
    ['ID="centos"\nVERSION_ID="7"\nID_LIKE="rhel fedora"', 'centos', '7', 'yum', false],
    ['ID="rocky"\nVERSION_ID="9.3"\nID_LIKE="rhel centos fedora"', 'rocky', '9.3', 'dnf', false],
    ["NAME=NixOS\nID=nixos\nVERSION_ID='25.05'", 'nixos', '25.05', 'nix', true],
    ['ID=fedora\nVARIANT_ID=silverblue\nVERSION_ID=42', 'fedora', '42', 'dnf', true],
    ['ID=arch\nPRETTY_NAME="Arch Linux"', 'arch', null, 'pacman', false],
    ['NAME="Something of its own"', 'linux', null, null, false],
  ])('%s', async (text, id, version, packageManager, immutable) => {
    expect((await read({ 'os-release.txt': text })).os).toMatchObject({ id, version, packageManager, immutable })
  })

  it('keeps quotes and dollars as text', async () => {
    expect((await read({ 'os-release.txt': 'ID=x\nPRETTY_NAME="A \\"$(reboot)\\" B"' })).os.name).toBe(
      'A "$(reboot)" B',
    )
  })
})

describe('filesystems', () => {
  const mountinfo = `25 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
26 25 0:5 / /proc rw - proc proc rw
30 25 0:30 / /mnt/windows\\040disk rw - fuseblk /dev/sdb1 rw
31 25 0:31 / /home rw - nfs4 filer:/home rw
32 25 0:32 / /run/user/1000 rw - tmpfs tmpfs rw
33 25 0:33 / /ro ro - ext4 /dev/sdc1 ro`

  it('tells network, FUSE and disks apart and leaves out the kernel’s own', async () => {
    const { filesystems } = await read({ 'mountinfo.txt': mountinfo })
    expect(filesystems.map((entry) => [entry.mount, entry.type, entry.device, entry.readOnly]).toSorted()).toEqual([
      ['/', 'ext4', null, false],
      ['/home', 'nfs4', 'network', false],
      ['/mnt/windows disk', 'fuseblk', 'fuse', false],
      ['/ro', 'ext4', null, true],
    ])
  })

  it('puts together what df, lsblk and mountinfo tell', async () => {
    const lsblk = JSON.stringify({
      blockdevices: [
        {
          name: 'sda',
          type: 'disk',
          rota: true,
          model: 'WDC WD20',
          children: [{ name: 'sda2', type: 'part', fstype: 'ext4', mountpoint: '/', rota: true }],
        },
      ],
    })
    const df =
      'Filesystem     1-blocks      Used Available Capacity Mounted on\n/dev/sda2 2000000000 500000000 1400000000 27% /\n'
    const { filesystems } = await read({ 'mountinfo.txt': mountinfo, 'df.txt': df, 'lsblk.json': lsblk })
    expect(filesystems.find((entry) => entry.mount === '/')).toEqual({
      mount: '/',
      source: '/dev/sda2',
      type: 'ext4',
      totalBytes: 2_000_000_000,
      freeBytes: 1_400_000_000,
      device: 'hdd',
      readOnly: false,
    })
  })

  it('does not believe that the disk of a virtual machine turns', async () => {
    const lsblk = JSON.stringify({ blockdevices: [{ name: 'vda', type: 'disk', rota: true, mountpoints: ['/'] }] })
    expect((await read({ 'lsblk.json': lsblk })).filesystems[0]?.device).toBe('virtual')
  })

  it.each([
    [
      'a tree',
      'NAME        MAJ:MIN RM  SIZE RO TYPE MOUNTPOINT FSTYPE ROTA\nnvme0n1     259:0    0  100G  0 disk                      0\n└─nvme0n1p2 259:2    0   99G  0 part /          xfs       0',
    ],
    [
      'pairs',
      'NAME="nvme0n1" TYPE="disk" ROTA="0" MOUNTPOINT="" FSTYPE="" PKNAME=""\nNAME="nvme0n1p2" TYPE="part" ROTA="0" MOUNTPOINT="/" FSTYPE="xfs" PKNAME="nvme0n1"',
    ],
  ])('reads lsblk as %s', async (_, text) => {
    expect((await read({ 'lsblk.txt': text })).filesystems).toMatchObject([{ mount: '/', type: 'xfs', device: 'ssd' }])
  })

  it('reads df with a name that breaks the line', async () => {
    const text =
      'Filesystem    Type 1024-blocks      Used Available Capacity Mounted on\n/dev/mapper/VolGroup00-LogVol00\n              ext3     6030784   1147932   4571556      21% /\n'
    expect((await read({ 'df.txt': text })).filesystems[0]).toMatchObject({
      mount: '/',
      type: 'ext3',
      totalBytes: 6030784 * KiB,
    })
  })
})

it('tells nothing of the machine that it runs on', async () => {
  const values = await read({ 'os-release.txt': 'ID=debian' })
  expect(values.cpu.model).toBeNull()
  expect(values.memory.totalBytes).toBeNull()
  expect(values.os.kernel).toBeNull()
  expect(values.filesystems).toEqual([])
  expect(values.tools).toEqual([])
})

import { describe, expect, it } from 'vitest'
import { GiB, KiB, MiB } from '#src/core/bytes.ts'
import { machineValues } from '#src/machine/values.ts'
import { machineOf } from './captures.ts'

async function valuesOf(file: string, text: string) {
  return machineValues(await machineOf({ [file]: text }))
}

describe('df counts in what its heading says', () => {
  it.each([
    ['English', 'Filesystem 1K-blocks Used Available Use% Mounted on', 100 * KiB],
    ['French', 'Sys. de fichiers blocs de 1K Utilisé Disponible Uti% Monté sur', 100 * KiB],
    ['Chinese', '文件系统 1K-块 已用 可用 已用% 挂载点', 100 * KiB],
    ['POSIX', 'Filesystem 1024-blocks Used Available Capacity Mounted on', 100 * KiB],
    ['MiB', 'Filesystem 1M-blocks Used Available Use% Mounted on', 100 * MiB],
    ['bytes', 'Filesystem 1B-blocks Used Available Use% Mounted on', 100],
    ['files', 'Filesystem Inodes IUsed IFree IUse% Mounted on', null],
  ])('%s', async (_, heading, expected) => {
    const { filesystems } = await valuesOf('df.txt', `${heading}\n/dev/sda2 100 50 50 50% /\n`)
    expect(filesystems).toMatchObject([{ mount: '/', totalBytes: expected }])
  })

  it('reads names with blanks, other machines, and powers of ten', async () => {
    const text = `$ df -H
Filesystem              Size  Used Avail Use% Mounted on
/dev/sda1               100G   50G   50G  50% /mnt/My Disk
nas.local:/volume1       11T  7.2T  3.6T  67% /mnt/nas
//server/My Share       1.0T  500G  500G  50% /mnt/smb
df: /mnt/gone: Stale file handle
none                       -     -     -    - /mnt/x
`
    const { filesystems } = await valuesOf('df.txt', text)
    expect(filesystems).toMatchObject([
      { mount: '/mnt/My Disk', totalBytes: 100e9, device: null },
      { mount: '/mnt/nas', source: 'nas.local:/volume1', device: 'network' },
      { mount: '/mnt/smb', source: '//server/My Share', device: 'network' },
      { mount: '/mnt/x', totalBytes: null },
    ])
  })

  it('knows the type where there is such a column', async () => {
    const text = `Dateisystem    Typ      Größe Benutzt Verf. Verw% Eingehängt auf
/dev/nvme0n1p2 ext4      457G    121G  313G   28% /
none           9p        932G    500G  432G   54% /mnt/c
`
    const { filesystems } = await valuesOf('df.txt', text)
    expect(filesystems).toMatchObject([
      { mount: '/', type: 'ext4', totalBytes: 457 * GiB },
      { mount: '/mnt/c', type: '9p', device: 'network' },
    ])
  })
})

describe('lsblk', () => {
  it('reads a tree with blanks in names, mappers and further mount points', async () => {
    const text = `$ lsblk -o NAME,TYPE,ROTA,MODEL,MOUNTPOINTS
NAME        TYPE ROTA MODEL              MOUNTPOINTS
sda         disk    1 ST2000DM008 NAS    
\`-sda1      part    1                    /mnt/My Disk
nvme0n1     disk    0 Samsung SSD 990    
└─nvme0n1p2 part    0                    
  └─vg-root lvm     0                    /
                                         /var/snap
`
    const { filesystems } = await valuesOf('lsblk.txt', text)
    expect(filesystems).toMatchObject([
      { mount: '/mnt/My Disk', device: 'hdd', source: '/dev/sda1' },
      { mount: '/', device: 'ssd', source: '/dev/mapper/vg-root' },
      { mount: '/var/snap', device: 'ssd', source: '/dev/mapper/vg-root' },
    ])
  })

  it('reads pairs with escapes, and what is free of a filesystem', async () => {
    const text = 'NAME="sda1" FSTYPE="ext4" MOUNTPOINT="/mnt/My\\x20Disk" ROTA="1" FSAVAIL="94G" FSSIZE="1.8T"\n'
    const { filesystems } = await valuesOf('lsblk.txt', text)
    expect(filesystems).toMatchObject([{ mount: '/mnt/My Disk', freeBytes: 94 * GiB, type: 'ext4' }])
  })
})

describe('findmnt', () => {
  it.each([
    [
      'its tree',
      `$ findmnt
TARGET             SOURCE         FSTYPE OPTIONS
/                  /dev/nvme0n1p2 ext4   rw,relatime
├─/mnt/My Disk     /dev/sda1      xfs    ro,relatime
└─/mnt/nas         nas:/v         nfs4   rw
`,
    ],
    [
      'its pairs',
      'TARGET="/" SOURCE="/dev/nvme0n1p2" FSTYPE="ext4" OPTIONS="rw"\nTARGET="/mnt/My Disk" SOURCE="/dev/sda1" FSTYPE="xfs" OPTIONS="ro"\nTARGET="/mnt/nas" SOURCE="nas:/v" FSTYPE="nfs4" OPTIONS="rw"\n',
    ],
    [
      'its raw list',
      'TARGET SOURCE FSTYPE OPTIONS\n/ /dev/nvme0n1p2 ext4 rw\n/mnt/My\\x20Disk /dev/sda1 xfs ro\n/mnt/nas nas:/v nfs4 rw\n',
    ],
  ])('%s', async (_, text) => {
    const { filesystems } = await valuesOf('findmnt.txt', text)
    expect(filesystems).toMatchObject([
      { mount: '/', type: 'ext4', readOnly: false, device: null },
      { mount: '/mnt/My Disk', type: 'xfs', readOnly: true },
      { mount: '/mnt/nas', type: 'nfs4', device: 'network' },
    ])
  })

  it('reads the form of df, and does not make up what was not asked', async () => {
    const text = `SOURCE         FSTYPE   SIZE   USED  AVAIL USE% TARGET
/dev/nvme0n1p2 ext4     457G   120G   313G  26% /
`
    const { filesystems } = await valuesOf('findmnt-D.txt', text)
    expect(filesystems).toMatchObject([{ mount: '/', totalBytes: 457 * GiB, freeBytes: 313 * GiB, readOnly: null }])
    const cut = await valuesOf('findmnt.json', '{"filesystems":[{"target":"/","source":"/dev/sda1","fstype":"ex')
    expect(cut.filesystems).toMatchObject([{ mount: '/', source: '/dev/sda1', type: null, readOnly: null }])
  })
})

describe('free', () => {
  const plain = (
    mem: string,
    swap: string,
  ) => `              total        used        free      shared  buff/cache   available
Mem:    ${mem}
Swap:   ${swap}
`
  it.each([
    ['free.txt', plain('16315260 9000000 7315260 100000 4200000 6000000', '0 0 0'), 16315260 * KiB],
    ['free-b.txt', plain('33496059904 5000000000 20000000000 1000 8496059904 27000000000', '0 0 0'), 33496059904],
    ['free.txt', plain('33496059904 4999999488 20000002048 4096 8496058368 27000000512', '0 0 0'), 33496059904],
    ['free.txt', plain('15950 1201 12000 100 2750 14400', '0 0 0'), 15950 * MiB],
    ['free.txt', `$ free -g -w\n${plain('503 20 400 1 2 80 480', '7 0 7')}`, 503 * GiB],
    ['free.txt', plain('503 20 400 1 82 480', '7 0 7'), null],
    ['free-h.txt', plain('31Gi 4,2Gi 18Gi 210Mi 8,6Gi 26Gi', '2,0Gi 0B 2,0Gi'), 31 * GiB],
  ])('%s %#', async (file, text, expected) => {
    expect((await valuesOf(file, text)).memory.totalBytes).toBe(expected)
  })

  it.each([
    [
      'German',
      'gesamt       benutzt     frei      gemns.  Puffer/Cache verfügbar\nSpeicher:    32672140     5242880    18874368     210000     8554892    26800000\nSwap:         2097148           0     2097148\n',
    ],
    [
      'French',
      'total utilisé libre partagé tamp/cache disponible\nMem:   32672140  5242880 18874368 210000 8554892 26800000\nPartition d’échange:   2097148 0 2097148\n',
    ],
    [
      'Chinese',
      '总计 已用 空闲 共享 缓冲/缓存 可用\n内存：   32672140  5242880 18874368 210000 8554892 26800000\n交换：   2097148 0 2097148\n',
    ],
  ])('in %s', async (_, text) => {
    const { memory, swap } = await valuesOf('free.txt', text)
    expect([memory.totalBytes, memory.availableBytes, swap.totalBytes]).toEqual(
      [32672140, 26800000, 2097148].map((figure) => figure * KiB),
    )
  })
})

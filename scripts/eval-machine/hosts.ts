import { GiB, KiB } from '../../src/core/bytes.ts'
import type { Expectation } from './expectation.ts'

function cpu(file: string, staged: string, folder: string, expected: Expectation['cpu']): Expectation {
  return { folder, files: { [file]: staged }, ...(expected ? { cpu: expected } : {}) }
}

const hw = 'cpus-lscpu-linuxhw'

/** sockets, cores over all sockets, threads, a word of the model, instructions that are there, and that are not. */
const lscpus: Expectation[] = (
  [
    ['armv8-rev-12-v8l-12-0x7.0ADC1F670C', 2, 8, 8, /ARMv8/, ['neon'], ['avx']],
    ['celeron-g3930-6-158-9.E0D5258A66', 1, 2, 2, /G3930/, ['sse4_2'], ['avx']],
    ['celeron-g3930-6-158-9.FA5AAEE132', 1, 2, 2, /G3930/, ['sse4_2'], ['avx']],
    ['cortex-a17-1-r0p1.1ABDF31D6D', 1, 4, 4, /Cortex-A17/, ['neon'], []],
    ['cortex-a17-1-r0p1.37CC3280DF', 1, 4, 4, /Cortex-A17/, ['neon'], []],
    ['cortex-a17-1-r0p1.7113ABEE46', 1, 4, 4, /Cortex-A17/, ['neon'], []],
    ['epyc-7302p-16-core-23-49-0.3C11A0856C', 1, 16, 32, /7302P/, ['avx2'], ['avx512f']],
    ['epyc-7401p-24-core-23-1-2.6D486A7EE9', 1, 24, 48, /7401P/, ['avx2'], ['avx512f']],
    ['epyc-7742-64-core-23-49-0.4D9ABAAE4C', 2, 128, 128, /7742/, ['avx2'], ['avx512f']],
    ['pentium-g4400-6-94-3.38482FE4B4', 1, 2, 2, /G4400/, ['sse4_2'], ['avx', 'avx2']],
    ['pentium-g4400-6-94-3.C242B583EC', 1, 2, 2, /G4400/, ['sse4_2'], ['avx', 'avx2']],
    ['ryzen-9-5950x-16-core-25-33-0.0338F0F107', 1, 16, 32, /5950X/, ['avx2'], ['avx512f']],
    ['ryzen-threadripper-pro-3955wx-16-cores-23-49-0.6A0C2C8508', 1, 16, 32, /3955WX/, ['avx2'], ['avx512f']],
    ['ryzen-threadripper-pro-3955wx-16-cores-23-49-0.86CEE5AEF6', 1, 16, 32, /3955WX/, ['avx2'], ['avx512f']],
    ['xeon-e5-2680-v2-6-62-4.0A36000504', 1, 10, 10, /2680 v2/, ['avx'], ['avx2']],
    ['xeon-e5-2680-v4-6-79-1.3EFBED680C', 2, 28, 56, /2680 v4/, ['avx2'], ['avx512f']],
    ['xeon-e5-2690-0-6-45-7.12E7B4FF29', 2, 16, 32, /2690/, ['avx'], ['avx2']],
    ['xeon-gold-6248-6-85-7.003FEC0A88', 1, 20, 40, /6248/, ['avx512f'], ['amx_tile']],
    // A virtual machine that tells one core with 112 threads.
    ['xeon-platinum-8280-6-85-7.B3866D77A7', 1, 1, 112, /8280/, [], []],
    ['xeon-silver-4210-6-85-7.0DFD787765', 1, 10, 20, /4210/, ['avx512f'], []],
  ] as const
).map(([name, sockets, cores, threads, model, flags, withoutFlags]) =>
  cpu(`lscpu.${name}.txt`, 'lscpu.txt', hw, { sockets, cores, threads, model, flags, withoutFlags }),
)

const ansible = 'cpuinfo-ansible'

/** Threads, cores (null where the file does not tell), sockets, architecture. */
const cpuinfos: Expectation[] = (
  [
    ['aarch64-4cpu-cpuinfo', 4, null, null, 'aarch64'],
    ['arm64-4cpu-cpuinfo', 4, null, null, 'aarch64'],
    ['armv6-rev7-1cpu-cpuinfo', 1, null, null, 'armv6l'],
    ['armv7-rev3-8cpu-cpuinfo', 8, null, null, 'armv7l'],
    ['armv7-rev4-4cpu-cpuinfo', 4, null, null, 'armv7l'],
    ['ppc64-power7-rhel7-8cpu-cpuinfo', 8, null, null, null],
    ['ppc64le-power8-24cpu-cpuinfo', 24, null, null, null],
    ['s390x-z13-2cpu-cpuinfo', 2, null, null, 's390x'],
    ['sparc-t5-debian-ldom-24vcpu', 24, null, null, 'sparc64'],
    ['x86_64-2cpu-cpuinfo', 2, 2, 2, 'x86_64'],
    ['x86_64-4cpu-cpuinfo', 4, 4, 2, 'x86_64'],
    ['x86_64-8cpu-cpuinfo', 8, 4, 1, 'x86_64'],
  ] as const
).map(([file, threads, cores, sockets, architecture]) =>
  cpu(file, 'cpuinfo.txt', ansible, { threads, cores, sockets, architecture }),
)

const jc = 'os-jc-fixtures'

const memory: Expectation[] = [
  { folder: jc, files: { 'centos-7.7.free.out': 'free.txt' }, memoryBytes: 3861332 * KiB, swapBytes: 2097148 * KiB },
  { folder: jc, files: { 'centos-7.7.free-w.out': 'free.txt' }, memoryBytes: 8053804 * KiB, swapBytes: 2097152 * KiB },
  {
    folder: jc,
    files: { 'centos-7.7.free-h.out': 'free.txt' },
    memoryBytes: Math.round(3.7 * GiB),
    swapBytes: 2 * GiB,
  },
  { folder: jc, files: { 'ubuntu-18.04.free.out': 'free.txt' }, memoryBytes: 2017300 * KiB, swapBytes: 2097148 * KiB },
  {
    folder: jc,
    files: { 'ubuntu-18.04.free-w.out': 'free.txt' },
    memoryBytes: 8053804 * KiB,
    swapBytes: 2097152 * KiB,
  },
  {
    folder: jc,
    files: { 'ubuntu-18.04.free-h.out': 'free.txt' },
    memoryBytes: Math.round(1.9 * GiB),
    swapBytes: 2 * GiB,
  },
  { folder: jc, files: { 'linux-proc.meminfo': 'meminfo.txt' }, memoryBytes: 3997272 * KiB },
]

const disks: Expectation[] = [
  { folder: 'disks', files: { 'findmnt.0.json': 'findmnt.json' }, mounts: { '/': ['ext4', null] } },
  {
    folder: 'disks',
    files: { 'lsblk.3.txt': 'lsblk.txt' },
    mounts: { '/': ['xfs', 'ssd'], '/boot': ['xfs', 'ssd'], '/data1': ['xfs', 'ssd'], '/data2': ['xfs', 'ssd'] },
  },
  {
    folder: 'disks',
    files: { 'lsblk.5.json': 'lsblk.json' },
    mounts: { '/': ['ext4', 'ssd'], '/boot/efi': ['vfat', 'ssd'] },
  },
  { folder: 'disks', files: { 'lsblk.2.json': 'lsblk.json' }, mounts: { '/': ['ext4', 'virtual'] } },
  { folder: 'disks', files: { 'lsblk.withlv.censored.json': 'lsblk.json' }, mounts: { '/': ['ext4', 'ssd'] } },
  { folder: 'disks', files: { 'lsblk.xfs_vfat.json': 'lsblk.json' }, mounts: { '/': ['xfs', 'ssd'] } },
  { folder: 'disks', files: { mountinfo: 'mountinfo.txt' }, mounts: { '/': ['ext4', null] } },
  {
    folder: jc,
    files: { 'centos-7.7.lsblk-allcols.out': 'lsblk.txt' },
    mounts: { '/': ['xfs', 'virtual'], '/boot': ['xfs', 'virtual'] },
  },
  { folder: jc, files: { 'centos-7.7.lsblk.out': 'lsblk.txt' }, mounts: { '/': [null, null], '/boot': [null, null] } },
  { folder: jc, files: { 'ubuntu-18.04.lsblk-allcols.out': 'lsblk.txt' }, mounts: { '/': ['ext4', 'virtual'] } },
  { folder: jc, files: { 'centos-7.7.df.out': 'df.txt' }, mounts: { '/': [null, null], '/boot': [null, null] } },
  { folder: jc, files: { 'generic.df-long-filesystem.out': 'df.txt' }, mounts: { '/': ['ext3', null] } },
  {
    folder: ansible,
    files: { 'findmount_output.txt': 'findmnt.txt' },
    mounts: { '/': ['ext4', null], '/boot': ['ext4', null], '/var/lib/machines': ['btrfs', null] },
  },
]

/** File (without ending), id, version. */
const releases: Expectation[] = (
  [
    ['almalinux10', 'almalinux', '10.0'],
    ['alpine', 'alpine', '3.23.2'],
    ['altlinux10', 'altlinux', '10.1'],
    ['amazon2016', 'amzn', '2016.03'],
    ['amazon2023', 'amzn', '2023'],
    ['arch', 'arch', null],
    ['armbian', 'debian', '10'],
    ['buildroot', 'buildroot', '2022.02'],
    ['centos7', 'centos', '7'],
    ['centosstream10', 'centos', '10'],
    ['centosstream8', 'centos', '8'],
    ['centosstream9', 'centos', '9'],
    ['cloudlinux7', 'cloudlinux', '7.3'],
    ['coreos', 'coreos', '899.15.0'],
    ['debian10', 'debian', '10'],
    ['debian13', 'debian', '13'],
    ['debian8', 'debian', '8'],
    ['debiantesting', 'debian', null],
    ['exherbo', 'exherbo', null],
    ['fedora19', 'fedora', '19'],
    ['fedora42', 'fedora', '42'],
    ['gentoo', 'gentoo', null],
    ['guix', 'guix', null],
    ['kali', 'kali', '2017.1'],
    ['manjaro1512', 'manjaro', null],
    ['opensuse15', 'opensuse-leap', '15.2'],
    ['oracle7', 'ol', '7.5'],
    ['rhel10', 'rhel', '10.0'],
    ['rhel9', 'rhel', '9.6'],
    ['rocky', 'rocky', '8.4'],
    ['rocky10', 'rocky', '10.0'],
    ['rocky9', 'rocky', '9.3'],
    ['scientific7', 'rhel', '7.2'],
    ['slackware14', 'slackware', '14.1'],
    ['sles12', 'sles', '12.1'],
    ['ubuntu14', 'ubuntu', '14.04'],
    ['ubuntu24', 'ubuntu', '24.04'],
    ['ubuntu2510', 'ubuntu', '25.10'],
    ['ubuntu2604', 'ubuntu', '26.04'],
  ] as const
).map(([file, id, version]) => ({
  folder: 'os-release-many',
  files: { [`${file}.os-release`]: 'os-release.txt' },
  os: { id, version, immutable: ['coreos', 'guix'].includes(id) },
}))

export const hosts: readonly Expectation[] = [
  ...lscpus,
  ...cpuinfos,
  cpu('s390x-z14-64cpu-cpuinfo', 'cpuinfo.txt', ansible, { threads: 64, architecture: 's390x' }),
  cpu('linux-proc.cpuinfo', 'cpuinfo.txt', jc, { threads: 1, cores: 1, sockets: 1, model: /i5-7360U/ }),
  cpu('linux-proc.cpuinfo2', 'cpuinfo.txt', jc, { threads: 2, cores: 2, sockets: 2, model: /i5-8279U/ }),
  cpu('lscpu.txt', 'lscpu.txt', 'gh200-lscpu', {
    vendor: 'ARM',
    model: /Neoverse-V2/,
    architecture: 'aarch64',
    cores: 72,
    threads: 72,
    sockets: 1,
    flags: ['asimd'],
  }),
  ...memory,
  ...disks,
  ...releases,
  {
    folder: 'os-transcribed',
    files: { 'nixos-25.05.os-release.partial': 'os-release.txt' },
    os: { id: 'nixos', version: '25.05', immutable: true },
  },
  {
    folder: 'os-transcribed',
    files: { 'debian-12.os-release': 'os-release.txt' },
    os: { id: 'debian', version: '12', immutable: false },
  },
  { folder: 'os-misc', files: { 'etc-os-release': 'os-release.txt' }, os: { id: 'ubuntu', version: '22.04' } },
]

import type { Expectation, ExpectedGpu } from './expectation.ts'

function one(folder: string, file: string, staged: string, count: number, gpu: ExpectedGpu): Expectation {
  return { folder, files: { [file]: staged }, gpus: [[count, gpu]] }
}

const dream = 'fixtures-dreamserver-topology'

/** Cards of AMD and Intel, and what the bus says of any card. Memory in MiB of 2^20 bytes as the tools print bytes or kB. */
export const others: readonly Expectation[] = [
  one('mi100', 'rocm-smi.mi100_rocm571.json', 'rocm-smi.json', 6, {
    name: /MI100/,
    mib: 32752,
    arch: 'gfx908',
    driver: '6.2.4',
  }),
  one('mi100', 'rocm-smi.mi100_rocm602.json', 'rocm-smi.json', 4, {
    name: /MI100/,
    mib: 32752,
    arch: 'gfx908',
    driver: '6.3.6',
  }),
  one('rx6700xt', 'rocm-smi.rx6700xt_rocm430.json', 'rocm-smi.json', 1, {
    mib: 12272,
    arch: 'gfx1031',
    pci: '0000:07:00.0',
  }),
  one('rx6700xt', 'rocm-smi.rx6700xt_rocm571.json', 'rocm-smi.json', 1, { name: /6700/, mib: 12272, arch: 'gfx1031' }),
  one('rx6700xt', 'rocm-smi.rx6700xt_rocm602.json', 'rocm-smi.json', 1, { name: /6700/, mib: 12272, arch: 'gfx1031' }),
  one('rx6700xt', 'rocm-smi.rx6700xt_rocm612.json', 'rocm-smi.json', 1, { name: /6700/, mib: 12272, arch: 'gfx1031' }),
  one('rx6700xt', 'gfx1030.rocm-smi.txt', 'rocm-smi.txt', 1, { mib: null, arch: 'gfx1031' }),
  one('rx6700xt', 'gfx1030.rocminfo.txt', 'rocminfo.txt', 1, {
    name: /RX 6700 XT/,
    mib: 12272,
    arch: 'gfx1030',
    pci: '0000:03:00.0',
  }),
  one('vega10-xt-gfx900', 'rocm-smi.vega-10-XT.json', 'rocm-smi.json', 1, {
    mib: 16368,
    arch: 'gfx900',
    pci: '0000:04:00.0',
  }),
  one('vega20-gfx906-radeon-pro-vii', 'rocm-smi.vega-20-WKS-GL-XE.json', 'rocm-smi.json', 1, {
    mib: 32752,
    arch: 'gfx906',
    pci: '0000:63:00.0',
  }),
  one('strix-halo-gfx1151-512m-carveout', 'rocm-smi.json', 'rocm-smi.json', 1, {
    name: /8060S/,
    mib: 33323495424 / 2 ** 20,
    arch: 'gfx1151',
    unified: true,
  }),
  one('sim-mi300x', 'smi.out.txt', 'rocm-smi.txt', 1, { name: /MI300X/, mib: null, arch: 'gfx942' }),
  one('sim-mi300x-x4', 'smi.out.txt', 'rocm-smi.txt', 4, { name: /MI300X/, mib: null, arch: 'gfx942' }),
  one('sim-mi300x-x4', 'smi.out_a.txt', 'rocm-smi.txt', 4, { name: /MI300X/, mib: null, arch: 'gfx942' }),
  one('sim-mi300x-x4', 'rocminfo.out.txt', 'rocminfo.txt', 4, { name: /MI300X/, mib: 196592, arch: 'gfx942' }),
  {
    folder: 'sim-mi300x-x4',
    files: { 'rocminfo.out.txt': 'rocminfo.txt', 'smi.out_a.txt': 'rocm-smi-a.txt', 'smi.out.txt': 'rocm-smi.txt' },
    gpus: [[4, { name: /MI300X/, mib: 196592, arch: 'gfx942' }]],
  },
  one('mi300x-rocminfo-docs', 'rocminfo.txt', 'rocminfo.txt', 1, { name: /MI300X/, arch: 'gfx941' }),
  one('mi25-4x-epyc7551p', 'rocminfo.txt', 'rocminfo.txt', 8, { name: /Vega 20/, mib: 32752, arch: 'gfx906' }),
  one('mi25-4x-epyc7551p', 'lspci.txt', 'lspci.txt', 8, { name: /Vega 20/, mib: null, arch: 'gfx906' }),
  one('mi25-4x-epyc7551p', 'lspci-k.txt', 'lspci-k.txt', 8, { name: /Vega 20/, mib: null, arch: 'gfx906' }),
  {
    folder: 'mi25-4x-epyc7551p',
    files: { 'rocminfo.txt': 'rocminfo.txt', 'lspci-k.txt': 'lspci.txt' },
    gpus: [[8, { name: /Vega 20/, mib: 32752, arch: 'gfx906' }]],
  },
  one('mi25-pair-threadripper-pro-3955wx', 'rocminfo.txt', 'rocminfo.txt', 7, {
    name: /MI25/,
    mib: 16368,
    arch: 'gfx900',
  }),
  one('mi50-gfx906-epyc7642', 'rocminfo.grep.txt', 'rocminfo.txt', 2, { name: /MI50/, mib: null, arch: 'gfx906' }),
  one('rx7900xtx-pair-ryzen7800x3d', 'rocminfo.grep.txt', 'rocminfo.txt', 2, {
    name: /RX 7900 XTX/,
    mib: null,
    arch: 'gfx1100',
  }),
  {
    folder: 'mi100-dual-epyc7451-centos8',
    files: {
      'rocminfo.txt': 'rocminfo.txt',
      'rocm-smi-showallinfo.txt': 'rocm-smi-showallinfo.txt',
      'rocm-smi-showhw.txt': 'rocm-smi-showhw.txt',
      'rocm-smi.txt': 'rocm-smi.txt',
      'rocm-smi-pcieclk.txt': 'rocm-smi-pcieclk.txt',
      'lspci-vvv.txt': 'lspci-vvv.txt',
      'lscpu.txt': 'lscpu.txt',
      'os-release.txt': 'os-release.txt',
    },
    gpus: [[1, { name: /MI100/, mib: 32752, arch: 'gfx908', pci: '0000:65:00.0', width: [16, 16] }]],
    cpu: { vendor: 'AuthenticAMD', model: /EPYC 7451/, sockets: 2, cores: 48, threads: 96 },
    os: { id: 'centos', version: '8' },
  },
  one('mi100-dual-epyc7451-centos8', 'lspci-vvv.txt', 'lspci.txt', 1, { mib: null, arch: 'gfx908', width: [16, 16] }),
  one(dream, 'rocm_smi_productname_4gpu_mi300x.txt', 'rocm-smi.txt', 4, {
    name: /MI300X VF/,
    mib: null,
    arch: 'gfx942',
  }),
  { folder: dream, files: { 'rocm_smi_showtopo_2gpu_pcie.txt': 'rocm-smi.txt' }, gpus: [[2, {}]], links: { pcie: 1 } },
  { folder: dream, files: { 'rocm_smi_showtopo_4gpu_xgmi.txt': 'rocm-smi.txt' }, gpus: [[4, {}]], links: { xgmi: 6 } },
  { folder: dream, files: { 'amd_smi_topology_2gpu_pcie.json': 'amd-smi.json' }, gpus: [[2, {}]], links: { pcie: 1 } },
  { folder: dream, files: { 'amd_smi_topology_4gpu_xgmi.json': 'amd-smi.json' }, gpus: [[4, {}]], links: { xgmi: 6 } },
  // The bus alone: regions are no memory, the server's Matrox and ASPEED chips are no cards.
  one('a10-lspci', 'lspci.nn.a10', 'lspci.txt', 1, { name: /A10/, mib: null, capability: '8.6', pci: '0000:06:00.0' }),
  one('a100-8x-lspci', 'lspci.nn.a100', 'lspci.txt', 8, { name: /A100/, mib: null, capability: '8.0' }),
  one('openshift-nvidia-node', 'lspci.txt', 'lspci.txt', 2, {
    name: /P100/,
    mib: null,
    capability: '6.0',
    width: [16, 16],
  }),
  one('server-lspci-vvv-gpud', 'lspci-vvv', 'lspci.txt', 8, { mib: null, capability: '9.0', width: [16, 16] }),
  one('rtx4090-pair-x670-x8x8', 'lspci_nvidia.log', 'lspci.txt', 2, {
    name: /RTX 4090/,
    mib: null,
    capability: '8.9',
    width: [8, 16],
  }),
  one('rtx4090-pair-x670-x8x8', 'lspci_card.log', 'lspci.txt', 1, {
    name: /RTX 4090/,
    mib: null,
    capability: '8.9',
    width: [8, 16],
  }),
  {
    folder: 'laptop-hybrid-amd-igpu-gtx1650',
    files: { 'lspci.txt': 'lspci.txt', 'lscpu.txt': 'lscpu.txt' },
    gpus: [
      [1, { pci: '0000:01:00.0', capability: '7.5', mib: null, unified: false }],
      [1, { pci: '0000:05:00.0', arch: 'gfx902', mib: null, unified: true }],
    ],
    cpu: { model: /Ryzen 7 3750H/, cores: 4, threads: 8, flags: ['avx2'] },
  },
  {
    folder: 'mining-h110-pro-btc-g4400-nonroot',
    files: { 'lspci-vvnn.lines.txt': 'lspci.txt', 'lscpu.txt': 'lscpu.txt' },
    gpus: [[1, { name: /HD Graphics 510/, mib: null, unified: true, width: [null, null] }]],
    cpu: { vendor: 'GenuineIntel', model: /G4400/, cores: 2, threads: 2, withoutFlags: ['avx'] },
  },
  { folder: 'wsl2-lspci', files: { 'lspci.txt': 'lspci.txt' }, gpus: [], problem: /WSL2/ },
  { folder: 'wsl2-lspci', files: { 'lspci-nn.two-adapters.txt': 'lspci.txt' }, gpus: [], problem: /WSL2/ },
  { folder: 'os-jc-fixtures', files: { 'ubuntu-20.10.lspci-mmv.out': 'lspci.txt' }, gpus: [] },
  { folder: 'os-jc-fixtures', files: { 'ubuntu-20.10.lspci-nmmv.out': 'lspci.txt' }, gpus: [] },
  { folder: 'os-jc-fixtures', files: { 'ubuntu-20.10.lspci-nnmmv.out': 'lspci.txt' }, gpus: [] },
]

import type { Expectation, ExpectedGpu } from './expectation.ts'

function one(folder: string, file: string, staged: string, gpu: ExpectedGpu, count = 1): Expectation {
  return { folder, files: { [file]: staged }, gpus: [[count, gpu]] }
}

const full: readonly [number, number] = [16, 16]
const half: readonly [number, number] = [8, 16]
const netdata = 'nvidia-smi-q-x.netdata.'
const plain = 'nvidia-smi-q-x.'
const xml = 'nvidia-smi.xml'

/** Cards read in `nvidia-smi -q -x`: product_name, fb_memory_usage/total of the card, link_widths. */
const xmlReports: Expectation[] = [
  one('a100-sxm4-mig', `${netdata}a100-sxm4-mig.xml`, xml, {
    name: /A100-SXM4-40GB/,
    mib: 40960,
    capability: '8.0',
    pci: '0000:00:04.0',
    width: full,
    mig: 'enabled',
    driver: '510.47.03',
  }),
  one('a100-sxm4-xml', `${plain}a100-sxm4-v12.xml`, xml, {
    name: /A100-SXM4-80GB/,
    mib: 81920,
    capability: '8.0',
    width: full,
    mig: 'enabled',
  }),
  one('a10g-xml', `${plain}a10g.xml`, xml, { name: /A10G/, mib: 23028, capability: '8.6', width: half }),
  one('gtx1070ti-xml', `${plain}gtx-1070-ti.xml`, xml, {
    name: /GTX 1070 Ti/,
    mib: 4096,
    capability: '6.1',
    width: [16, null],
    driver: null,
  }),
  one('gtx1660ti-xml', `${plain}gtx-1660-ti.xml`, xml, {
    name: /^Graphics Device$/,
    mib: 5912,
    capability: '7.5',
    width: full,
    driver: '418.43',
  }),
  one('laptop-rtx3060-6gb', `${netdata}rtx-3060.xml`, xml, {
    name: /RTX 3060 Laptop/,
    mib: 6144,
    capability: '8.6',
    width: half,
  }),
  one('quadro-p2000-xml', `${plain}quadro-p2000-v12.xml`, xml, {
    name: /Quadro P2000/,
    mib: 5120,
    capability: '6.1',
    width: half,
  }),
  one('quadro-p400-xml', `${plain}quadro-p400.xml`, xml, {
    name: /Quadro P400/,
    mib: 1998,
    capability: '6.1',
    width: full,
  }),
  one('rtx-a5000-laptop', `${plain}xml`, xml, { name: /RTX A5000 Laptop/, mib: 16384, capability: '8.6', width: half }),
  one('rtx-pro-6000-580', `${netdata}rtx-pro-6000-driver-580.xml`, xml, {
    name: /RTX PRO 6000 Blackwell/,
    mib: null,
    capability: '12.0',
    pci: '0000:01:00.0',
  }),
  one('rtx2080-windows', `${netdata}rtx-2080-win.xml`, xml, {
    name: /RTX 2080/,
    mib: 8192,
    capability: '7.5',
    width: half,
  }),
  one('rtx3080-xml-v12', `${plain}rtx-3080-v12.xml`, xml, {
    name: /RTX 3080/,
    mib: 10240,
    capability: '8.6',
    width: full,
  }),
  one('rtx3080-xml-v13', `${plain}rtx-3080-v13.xml`, xml, {
    name: /RTX 3080/,
    mib: 10240,
    capability: '8.6',
    width: full,
    driver: '595.58.03',
  }),
  one('rtx3090-xml', `${plain}rtx-3090-v12.xml`, xml, { name: /RTX 3090/, mib: 24576, capability: '8.6', width: full }),
  one('rtx4000-sff-ada-xml', `${plain}rtx-4000-sff-ada-v13.xml`, xml, {
    name: /RTX 4000 SFF Ada/,
    mib: 20475,
    capability: '8.9',
    width: full,
  }),
  one('rtx4090-single', `${netdata}rtx-4090-driver-535.xml`, xml, {
    name: /RTX 4090/,
    mib: 24564,
    capability: '8.9',
    width: full,
  }),
  one('tesla-p100', `${netdata}tesla-p100.xml`, xml, {
    name: /P100-PCIE-16GB/,
    mib: 16384,
    capability: '6.0',
    width: full,
  }),
  one('tesla-t4', `${plain}tesla-t4.xml`, xml, { name: /Tesla T4/, mib: 15360, capability: '7.5', width: half }),
]

/** The replayed tool's outputs: the plain table (out) and `-q` (out_a). */
const simulated: Expectation[] = (
  [
    ['a10', 1, /A10$/, 23028, '8.6', full],
    ['a100sxmx4', 4, /A100-SXM4-80GB/, 81920, '8.0', full],
    ['a40x10', 10, /A40/, 46068, '8.6', full],
    ['gtx1050ti', 1, /GTX 1050 Ti/, 4096, '6.1', full],
    ['h100nvlx2', 2, /H100 NVL/, 95830, '9.0', full],
    ['h200', 1, /H200/, 143771, '9.0', full],
    ['l4', 1, /L4/, 23034, '8.9', half],
    ['l40s', 1, /L40S/, 46068, '8.9', full],
    ['rtx2000ada', 1, /RTX 2000 Ada/, 16380, '8.9', [8, 8]],
    ['rtx3070', 1, /RTX 3070/, 8192, '8.6', full],
    ['rtx3080', 1, /RTX 3080/, 10240, '8.6', full],
    ['rtx3090', 2, /RTX 3090/, 24576, '8.6', full],
    ['rtx4000ada', 1, /RTX 4000 Ada/, 20475, '8.9', full],
    ['rtx4090', 8, /RTX 4090/, 24564, '8.9', full],
    ['rtx6000ada-x8', 8, /RTX 6000 Ada/, 49140, '8.9', full],
    ['v100-x8', 8, /V100-SXM2-16GB/, 16384, '7.0', full],
  ] as const
).flatMap(([folder, count, name, mib, capability, width]) => [
  one(`sim-${folder}`, 'smi.out.txt', 'nvidia-smi.txt', { name, mib, capability, width: [null, null] }, count),
  one(`sim-${folder}`, 'smi.out_a.txt', 'nvidia-smi-q.txt', { name, mib, capability, width }, count),
])

/** One machine each, idle and under load, in five forms of output. */
const exporter: Expectation[] = (
  [
    ['h100-80gb-590', /H100 80GB HBM3/, 81559, '9.0', '0000:00:09.0', '590.48.01', 'disabled'],
    ['h100-mig-590', /H100 80GB HBM3/, 81559, '9.0', '0000:00:09.0', '590.48.01', 'enabled'],
    ['h200-590', /H200/, 143771, '9.0', '0000:83:00.0', '590.48.01', 'disabled'],
    ['l40s-595', /L40S/, 46068, '8.9', '0000:01:00.0', '595.80', null],
    ['rtx2080s-windows-610', /RTX 2080 (SUPER|\.\.\.)/, 8192, '7.5', '0000:0c:00.0', '610.62', null],
  ] as const
).flatMap(([folder, name, mib, capability, pci, driver, mig]) => {
  const csv = 'query-gpu-csv-what-the-exporter-parses.txt'
  const gpu = { name, mib, capability, pci, driver, mig }
  return [
    one(folder, '02-capabilities-list-l.txt', 'nvidia-smi-L.txt', { name, mib: null, capability }),
    one(folder, '05-idle-nvidia-smi-default-table.txt', 'nvidia-smi.txt', gpu),
    one(folder, '06-idle-query-q.txt', 'nvidia-smi-q.txt', { ...gpu, width: full }),
    one(folder, `07-idle-${csv}`, 'nvidia-smi.csv', { ...gpu, width: full }),
    one(folder, '13-load-nvidia-smi-default-table.txt', 'nvidia-smi.txt', gpu),
    one(folder, '14-load-query-q.txt', 'nvidia-smi-q.txt', gpu),
    one(folder, `15-load-${csv}`, 'nvidia-smi.csv', gpu),
    {
      folder,
      files: {
        '02-capabilities-list-l.txt': 'nvidia-smi-L.txt',
        '03-capabilities-topo-m.txt': 'nvidia-smi-topo.txt',
        '05-idle-nvidia-smi-default-table.txt': 'nvidia-smi.txt',
        '06-idle-query-q.txt': 'nvidia-smi-q.txt',
        [`07-idle-${csv}`]: 'nvidia-smi-query.csv',
        '16-load-query-compute-apps-per-process.txt': 'nvidia-smi-apps.csv',
      },
      gpus: [[1, { ...gpu, name: folder.startsWith('rtx2080s') ? /RTX 2080 SUPER$/ : name, width: full }]],
      links: {},
    } satisfies Expectation,
  ]
})

const tables: Expectation[] = [
  one('dgx-spark-gb10', 'nvidia-smi.a.txt', 'nvidia-smi.txt', {
    name: /GB10/,
    mib: null,
    capability: '12.1',
    pci: '000f:01:00.0',
    unified: true,
    driver: '580.95.05',
  }),
  one('dgx-spark-gb10', 'nvidia-smi.b.txt', 'nvidia-smi.txt', {
    name: /GB10/,
    mib: null,
    capability: '12.1',
    unified: true,
    driver: '580.173.02',
  }),
  one('tesla-p40', 'nvidia-smi.vm-single.txt', 'nvidia-smi.txt', {
    name: /Tesla P40/,
    mib: 23040,
    capability: '6.1',
    driver: '550.54.14',
  }),
  {
    folder: 'tesla-p40',
    files: { 'nvidia-smi.ecc-mixed.txt': 'nvidia-smi.txt' },
    gpus: [
      [1, { name: /P40/, mib: 24576, pci: '0000:3b:00.0' }],
      [1, { name: /P40/, mib: 23040, pci: '0000:af:00.0' }],
    ],
  },
  one('sim-gtx680', 'smi.out.txt', 'nvidia-smi.txt', { name: /GeForce/, mib: 2000, capability: null }),
  one('sim-gtx680', 'smi.out_a.txt', 'nvidia-smi-q.txt', {
    name: /GTX 680/,
    mib: 2000,
    capability: '3.0',
    width: [null, null],
  }),
  one('sim-rtx4060ti', 'smi.out.txt', 'nvidia-smi.txt', { name: /RTX 4060 Ti/, mib: 16380, capability: '8.9' }, 2),
  {
    folder: 'sim-rtx4060ti',
    files: { 'smi.out_a.txt': 'nvidia-smi-q.txt' },
    gpus: [
      [1, { name: /RTX 4060 Ti/, mib: 16380, width: [4, 8] }],
      [1, { name: /RTX 4060 Ti/, mib: 16380, width: [8, 8] }],
    ],
  },
  one('rtx4090-q', 'nvidia-smi.txt', 'nvidia-smi.txt', {
    name: /RTX 4090/,
    mib: 24564,
    capability: '8.9',
    width: half,
    driver: '537.13',
  }),
  one('rtx4090-q', 'nvidia-smi-in-docker.txt', 'nvidia-smi.txt', {
    name: /RTX 4090/,
    mib: 24564,
    capability: '8.9',
    width: half,
  }),
  {
    folder: 'rtx4090-pair-x670-x8x8',
    files: { 'nvidia-smi.log': 'nvidia-smi.txt', 'lspci_nvidia.log': 'lspci-vvv.txt' },
    gpus: [
      [1, { name: /RTX 4090/, mib: 24564, pci: '0000:01:00.0', width: half }],
      [1, { name: /RTX 4090/, mib: 24564, pci: '0000:03:00.0', width: half }],
    ],
  },
  {
    folder: 'l4-gcp-vm',
    files: { 'nvidia-smi.txt': 'nvidia-smi.txt', 'lscpu.txt': 'lscpu.txt' },
    gpus: [[1, { name: /L4/, mib: 23034, capability: '8.9', driver: '550.90.07' }]],
    cpu: { vendor: 'GenuineIntel', cores: 2, threads: 4, sockets: 1, flags: ['avx512f'] },
  },
  one(
    'l40s-pair-fedora',
    'nvidia-smi.md',
    'nvidia-smi.txt',
    { name: /L40S/, mib: 46068, capability: '8.9', driver: '580.119.02' },
    4,
  ),
  one('h100-8x-topo-mlengineering', 'nvidia-smi.txt', 'nvidia-smi.txt', {
    name: /A100 80GB PCIe/,
    mib: 81920,
    capability: '8.0',
  }),
  {
    folder: 'driver-broken',
    files: { 'nvidia-smi-not-loaded.txt': 'nvidia-smi.txt' },
    gpus: [],
    problem: /not loaded/,
  },
  {
    folder: 'driver-broken',
    files: { 'nvml-mismatch.txt': 'nvidia-smi.txt' },
    gpus: [],
    problem: /different versions/,
  },
]

const mesh = { nvlink: 28 }

function topology(folder: string, file: string, cards: number, links: Readonly<Record<string, number>>): Expectation {
  return { folder, files: { [file]: 'nvidia-smi-topo.txt' }, gpus: [[cards, {}]], links }
}

const dream = 'fixtures-dreamserver-topology'
const topologies: Expectation[] = [
  topology('glm52-8gpu-topo', 'topo.txt', 8, mesh),
  topology('topo-ml-engineering', 'nvidia-smi-topo-0.txt', 2, { nvlink: 1 }),
  topology('topo-ml-engineering', 'nvidia-smi-topo-1.txt', 2, { phb: 1 }),
  topology('topo-ml-engineering', 'nvidia-smi-topo-2.txt', 8, mesh),
  topology('topo-ml-engineering', 'nvidia-smi-topo-3.txt', 8, mesh),
  topology('topo-ml-engineering', 'nvidia-smi-topo-4.txt', 8, mesh),
  topology(dream, 'nvidia_smi_topo_matrix_1gpu_pcie.txt', 1, {}),
  topology(dream, 'nvidia_smi_topo_matrix_4gpus_soc.txt', 4, { phb: 2, sys: 4 }),
  topology(dream, 'nvidia_smi_topo_matrix_4gpus_sys_separated_nv_pairs.txt', 4, { nvlink: 1, sys: 4, node: 1 }),
  topology(dream, 'nvidia_smi_topo_matrix_5gpus_nv12_with_mlx5.txt', 2, { nvlink: 1 }),
  topology(dream, 'nvidia_smi_topo_matrix_8gpus_nv12_full_mesh.txt', 8, mesh),
  topology(dream, 'nvidia_smi_topo_matrix_8gpus_nv12_full_mesh_with_numa_id.txt', 8, mesh),
  topology(dream, 'nvidia_smi_topo_matrix_8gpus_nv1_nv2_partial_mesh.txt', 8, { nvlink: 16, sys: 12 }),
]

export const nvidia: readonly Expectation[] = [...xmlReports, ...simulated, ...exporter, ...tables, ...topologies]

/** Outputs of nvidia-smi as its releases print them, made for the tests. */
type Card = {
  readonly name: string
  readonly bus: string
  readonly uuid?: string
  readonly total: string
  readonly used: string
  readonly free?: string
  readonly width?: string
  readonly mig?: string
  readonly processes?: readonly { pid: number; name: string; memory: string }[]
}

export const rig: readonly Card[] = [
  {
    name: 'NVIDIA GeForce RTX 3060',
    bus: '00000000:01:00.0',
    uuid: 'GPU-11111111-2222-3333-4444-555555555501',
    total: '12288 MiB',
    used: '11 MiB',
    free: '11900 MiB',
    width: '1x',
  },
  {
    name: 'NVIDIA GeForce RTX 3060',
    bus: '00000000:02:00.0',
    uuid: 'GPU-11111111-2222-3333-4444-555555555502',
    total: '12288 MiB',
    used: '0 MiB',
    free: '11911 MiB',
    width: '1x',
  },
]

export const sliced: Card = {
  name: 'NVIDIA A100-SXM4-80GB',
  bus: '00000000:07:00.0',
  uuid: 'GPU-99999999-2222-3333-4444-555555555501',
  total: '81920 MiB',
  used: '45 MiB',
  free: '81200 MiB',
  width: '16x',
  mig: 'Enabled',
}

export const unified: Card = {
  name: 'NVIDIA GB10',
  bus: '0000000F:01:00.0',
  total: 'Not Supported',
  used: 'Not Supported',
}

export function nvidiaXml(cards: readonly Card[], schema = 'nvsmi_device_v12.dtd'): string {
  return `<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "${schema}">
<nvidia_smi_log>
	<timestamp>Sat Nov 21 04:00:00 2026</timestamp>
	<driver_version>570.86.10</driver_version>
	<cuda_version>12.8</cuda_version>
	<attached_gpus>${cards.length}</attached_gpus>
${cards.map(xmlCard).join('\n')}
</nvidia_smi_log>
`
}

function xmlCard(card: Card): string {
  const slices =
    card.mig === 'Enabled'
      ? '<mig_devices><mig_device><index>0</index><fb_memory_usage><total>9728 MiB</total></fb_memory_usage></mig_device></mig_devices>'
      : ''
  return `	<gpu id="${card.bus}">
		<product_name>${card.name}</product_name>
		<product_architecture>Ampere</product_architecture>
		<display_active>Disabled</display_active>
		<mig_mode>
			<current_mig>${card.mig ?? 'N/A'}</current_mig>
		</mig_mode>
		${slices}
		<uuid>${card.uuid ?? 'N/A'}</uuid>
		<pci>
			<pci_bus_id>${card.bus}</pci_bus_id>
			<pci_gpu_link_info>
				<pcie_gen><max_link_gen>3</max_link_gen><current_link_gen>1</current_link_gen></pcie_gen>
				<link_widths><max_link_width>16x</max_link_width><current_link_width>${card.width ?? 'N/A'}</current_link_width></link_widths>
			</pci_gpu_link_info>
		</pci>
		<fb_memory_usage>
			<total>${card.total}</total>
			<used>${card.used}</used>
			<free>${card.free ?? 'N/A'}</free>
		</fb_memory_usage>
		<bar1_memory_usage>
			<total>256 MiB</total>
		</bar1_memory_usage>
		<utilization><gpu_util>0 %</gpu_util></utilization>
		<processes>
${(card.processes ?? []).map((entry) => `			<process_info><pid>${entry.pid}</pid><process_name>${entry.name}</process_name><used_memory>${entry.memory}</used_memory></process_info>`).join('\n')}
		</processes>
	</gpu>`
}

/** The same tree as `nvidia-smi -q` prints it. */
export function nvidiaReport(cards: readonly Card[], driver = '570.86.10'): string {
  const line = (depth: number, key: string, value: string) => `${`${' '.repeat(4 * depth)}${key}`.padEnd(55)}: ${value}`
  return [
    '',
    '==============NVSMI LOG==============',
    '',
    line(0, 'Driver Version', driver),
    line(0, 'CUDA Version', '12.8'),
    line(0, 'Attached GPUs', String(cards.length)),
    ...cards.flatMap((card) => [
      `GPU ${card.bus}`,
      line(1, 'Product Name', card.name),
      line(1, 'Display Mode', 'Requested functionality has been deprecated'),
      '    MIG Mode',
      line(2, 'Current', card.mig ?? 'N/A'),
      ...(card.mig === 'Enabled'
        ? ['    MIG Device', line(2, 'Index', '0'), '        Shared FB Memory Usage', line(3, 'Total', '9728 MiB')]
        : []),
      line(1, 'GPU UUID', card.uuid ?? 'N/A'),
      '    PCI',
      line(2, 'Bus Id', card.bus),
      '        GPU Link Info',
      '            Link Width',
      line(4, 'Max', '16x'),
      line(4, 'Current', card.width ?? 'N/A'),
      '    FB Memory Usage',
      line(2, 'Total', card.total),
      line(2, 'Used', card.used),
      line(2, 'Free', card.free ?? 'N/A'),
      '    BAR1 Memory Usage',
      line(2, 'Total', '256 MiB'),
      '    Processes',
      ...(card.processes ?? []).flatMap((entry) => [
        line(2, 'Process ID', String(entry.pid)),
        line(3, 'Name', entry.name),
        line(3, 'Used GPU Memory', entry.memory),
      ]),
    ]),
  ].join('\n')
}

/** The plain table of drivers since 2023. */
export function nvidiaTable(cards: readonly Card[]): string {
  const row = (card: Card, index: number) => {
    const memory =
      card.total === 'Not Supported'
        ? ' Not Supported          '
        : ` ${`${card.used.replace(' ', '')} / ${card.total.replace(' ', '')}`.padStart(22)} `
    return `| ${String(index).padStart(3)}  ${card.name.padEnd(30)} Off |   ${card.bus} Off |                  N/A |
|  0%   36C    P8             12W /  170W |${memory}|      0%      Default |
|                                         |                        |              ${(card.mig ?? 'N/A').padStart(7)} |
+-----------------------------------------+------------------------+----------------------+`
  }
  return `+-----------------------------------------------------------------------------------------+
| NVIDIA-SMI 570.86.10              Driver Version: 570.86.10      CUDA Version: 12.8     |
|-----------------------------------------+------------------------+----------------------+
| GPU  Name                 Persistence-M | Bus-Id          Disp.A | Volatile Uncorr. ECC |
| Fan  Temp   Perf          Pwr:Usage/Cap |           Memory-Usage | GPU-Util  Compute M. |
|=========================================+========================+======================|
${cards.map(row).join('\n')}

+-----------------------------------------------------------------------------------------+
| Processes:                                                                              |
|  GPU   GI   CI              PID   Type   Process name                        GPU Memory |
|=========================================================================================|
${cards.flatMap((card, index) => (card.processes ?? []).map((entry) => `|    ${index}   N/A  N/A ${String(entry.pid).padStart(15)}      C   ${entry.name.padEnd(38)} ${entry.memory.replace(' ', '').padStart(8)} |`)).join('\n') || '|  No running processes found                                                             |'}
+-----------------------------------------------------------------------------------------+
`
}

export function nvidiaCsv(cards: readonly Card[], capability = '8.6'): string {
  return [
    'index, uuid, pci.bus_id, compute_cap, memory.total [MiB], memory.used [MiB], pcie.link.width.current',
    ...cards.map((card, index) =>
      [
        index,
        card.uuid ?? '[N/A]',
        card.bus,
        capability,
        card.total,
        card.used,
        card.width?.replace('x', '') ?? '[N/A]',
      ].join(', '),
    ),
  ].join('\n')
}

/** `topo -m`: tabs, and a heading that is underlined. */
export function nvidiaTopology(kinds: readonly (readonly string[])[], legacy = false): string {
  const names = kinds.map((_, index) => `GPU${index}`)
  const heading = `\t${[...names, 'CPU Affinity', ...(legacy ? [] : ['NUMA Affinity', 'GPU NUMA ID'])].join('\t')}`
  return [
    legacy ? heading : `\u001b[4m${heading}\u001b[0m`,
    ...kinds.map(
      (row, index) =>
        `GPU${index}\t${row.map((kind) => (kind === 'X' ? ' X ' : kind)).join('\t')}\t0-23${legacy ? '' : `\t${index % 2}\t\tN/A`}`,
    ),
    '',
    'Legend:',
    '',
    '  X    = Self',
    '  NV#  = Connection traversing a bonded set of # NVLinks',
  ].join('\n')
}

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { makeFolder } from '../core/make-folder.ts'
import { hasCode, messageOf, Problem } from '../core/problem.ts'
import type { Host } from './host/host.ts'
import { liveHost } from './host/live-host.ts'
import { userNames } from './live/processes.ts'
import { type Replaced, standIns } from './stand-ins.ts'

/** What is recorded: the file's name and what it is taken from. */
const recorded: readonly { readonly file: string; readonly from: readonly string[] | string }[] = [
  { file: 'nvidia-smi-q.xml', from: ['nvidia-smi', '-q', '-x'] },
  {
    file: 'nvidia-smi-query.csv',
    from: ['nvidia-smi', '--query-gpu=index,uuid,pci.bus_id,compute_cap', '--format=csv'],
  },
  { file: 'nvidia-smi.txt', from: ['nvidia-smi'] },
  { file: 'nvidia-smi-topo.txt', from: ['nvidia-smi', 'topo', '-m'] },
  { file: 'amd-smi-static.json', from: ['amd-smi', 'static', '--json'] },
  { file: 'amd-smi-list.json', from: ['amd-smi', 'list', '--json'] },
  { file: 'amd-smi-topology.json', from: ['amd-smi', 'topology', '--json'] },
  {
    file: 'rocm-smi.json',
    from: [
      'rocm-smi',
      '--showproductname',
      '--showbus',
      '--showmeminfo',
      'vram',
      'gtt',
      '--showdriverversion',
      '--showuniqueid',
      '--json',
    ],
  },
  { file: 'rocm-smi-topo.txt', from: ['rocm-smi', '--showtopotype'] },
  { file: 'rocminfo.txt', from: ['rocminfo'] },
  { file: 'xpu-smi.json', from: ['xpu-smi', 'discovery', '-j'] },
  { file: 'lspci.txt', from: ['lspci', '-Dnnvv'] },
  { file: 'lscpu.txt', from: ['lscpu'] },
  { file: 'cpuinfo.txt', from: '/proc/cpuinfo' },
  { file: 'meminfo.txt', from: '/proc/meminfo' },
  { file: 'swaps.txt', from: '/proc/swaps' },
  { file: 'os-release.txt', from: '/etc/os-release' },
  { file: 'uname.txt', from: ['uname', '-sr'] },
  { file: 'getconf.txt', from: ['getconf', 'GNU_LIBC_VERSION'] },
  { file: 'findmnt.json', from: ['findmnt', '-J', '-b', '-o', 'TARGET,SOURCE,FSTYPE,OPTIONS'] },
  { file: 'df.txt', from: ['df', '-P', '-B1', '-T', '-l'] },
  {
    file: 'lsblk.json',
    from: ['lsblk', '-J', '-b', '-o', 'NAME,PKNAME,TYPE,SIZE,FSTYPE,MOUNTPOINT,ROTA,MODEL,VENDOR,TRAN,RO'],
  },
]

export type Recording = {
  readonly files: readonly { readonly file: string; readonly from: string; readonly text: string }[]
  /** How many different things of each kind were replaced. */
  readonly replaced: Replaced
}

/** Records what the tools of this machine print, with stand-ins; nothing is written. Absent tools leave no file. */
export async function recordCaptures(host: Host = liveHost()): Promise<Recording> {
  const { clean, replaced } = standIns(await namesOf(host))
  const taken = await Promise.all(
    recorded.map(async ({ file, from }) => ({ file, from, text: await take(host, from) })),
  )
  const files = taken.flatMap(({ file, from, text }) =>
    text === null || text.trim() === ''
      ? []
      : [{ file, from: typeof from === 'string' ? from : from.join(' '), text: clean(text) }],
  )
  return { files, replaced: replaced() }
}

/** What a recording holds, as lines for a preview. */
export function recordingPreview(recording: Recording, directory: string): string[] {
  const width = Math.max(0, ...recording.files.map(({ file }) => file.length))
  const replacements = [...recording.replaced].map(
    ([kind, count]) => `${count} ${count === 1 ? kind : `${kind}s`.replace(/ss$/, 'sses')}`,
  )
  return [
    `These ${recording.files.length} files go to ${directory}:`,
    ...recording.files.map(
      ({ file, from, text }) =>
        `  ${file.padEnd(width)}  ${String(Buffer.byteLength(text)).padStart(8)} bytes  ${from}`,
    ),
    replacements.length === 0
      ? 'Nothing in them had to be replaced.'
      : `Replaced by stand-ins: ${replacements.join(', ')}.`,
  ]
}

/** Writes a recording. Throws a Problem where the folder holds something already or cannot be written. */
export async function writeCaptures(recording: Recording, directory: string): Promise<void> {
  try {
    await makeFolder(directory)
    if ((await readdir(directory)).length > 0) {
      throw new Problem({
        what: `The folder ${directory} is not empty.`,
        why: 'Files of another machine beside these would be read as one machine.',
        next: 'Name a new folder.',
        exit: 'input',
      })
    }
    for (const { file, text } of recording.files) await writeFileAtomic(join(directory, file), text, { mode: 0o644 })
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem({
      what: `The folder ${directory} cannot be written.`,
      why: hasCode(error, 'EEXIST', 'ENOTDIR') ? 'There is a file of that name.' : messageOf(error),
      exit: 'input',
      cause: error,
    })
  }
}

async function take(host: Host, from: readonly string[] | string): Promise<string | null> {
  if (typeof from === 'string') return host.readText(from, 4 * 1024 * 1024)
  const result = await host.run(from)
  if (result.kind !== 'ended') return null
  return result.code === 0 ? result.stdout : `${result.stdout}${result.stderr}`
}

async function namesOf(host: Host): Promise<{ hosts: string[]; users: string[] }> {
  const hostName = (await host.readText('/proc/sys/kernel/hostname'))?.trim() ?? ''
  const people = [...(await userNames(host))].filter(([uid]) => uid >= 1000 && uid < 60_000).map(([, name]) => name)
  const current = ['USER', 'LOGNAME', 'SUDO_USER']
    .map((name) => host.environment[name])
    .filter((name) => name !== undefined)
  return { hosts: [hostName, hostName.split('.')[0] ?? ''], users: [...new Set([...people, ...current])] }
}

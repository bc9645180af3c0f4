import { open, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { encodingOf } from '../core/encoding.ts'
import { hasCode, Problem } from '../core/problem.ts'
import { composeMachine } from './compose.ts'
import { readAmdSmi } from './probes/amd-smi/read.ts'
import { readCpuinfo } from './probes/cpuinfo.ts'
import { readDf } from './probes/df.ts'
import { readMountinfo } from './probes/disks.ts'
import { readFindmnt } from './probes/findmnt.ts'
import { readFree } from './probes/free.ts'
import { readKernelLog } from './probes/kernel-log.ts'
import { readLsblk } from './probes/lsblk.ts'
import { readLscpu } from './probes/lscpu.ts'
import { readLspci } from './probes/lspci.ts'
import { readMeminfo, readSwaps } from './probes/meminfo.ts'
import { readNvidiaSmi } from './probes/nvidia-smi/read.ts'
import { readOsRelease } from './probes/os-release.ts'
import { readRocmSmi } from './probes/rocm-smi.ts'
import { readRocminfo } from './probes/rocminfo.ts'
import { readTegrastats } from './probes/tegrastats.ts'
import { readGlibc, readUname } from './probes/uname.ts'
import { readXpuSmi } from './probes/xpu-smi.ts'
import type { Reading, Source } from './reading.ts'
import type { Machine } from './schema.ts'

type Reader = (text: string, source: Source) => Reading | Reading[]

/** Which reader a file's name asks for, by its beginning. The order is that of trust: the better source first. */
const readers: readonly (readonly [string, Reader])[] = [
  ['nvidia-smi', readNvidiaSmi],
  ['amd-smi', readAmdSmi],
  ['rocm-smi', readRocmSmi],
  ['rocminfo', readRocminfo],
  ['xpu-smi', readXpuSmi],
  ['dmesg', readKernelLog],
  ['lspci', readLspci],
  ['lscpu', readLscpu],
  ['cpuinfo', readCpuinfo],
  ['meminfo', readMeminfo],
  ['free', readFree],
  ['swaps', readSwaps],
  ['tegrastats', readTegrastats],
  ['os-release', readOsRelease],
  ['uname', readUname],
  ['getconf', readGlibc],
  ['ldd', readGlibc],
  ['findmnt', readFindmnt],
  ['mountinfo', readMountinfo],
  ['df', readDf],
  ['lsblk', readLsblk],
]

const fileLimitBytes = 4 * 1024 * 1024
const filesLimit = 500

/** The reader of saved output by the file's name; null for files of other names. */
export function readerOf(file: string): { reader: Reader; rank: number } | null {
  const name = file.toLowerCase().replaceAll('_', '-')
  const rank = readers.findIndex(([prefix]) => name.startsWith(prefix))
  const reader = readers[rank]?.[1]
  return reader === undefined ? null : { reader, rank }
}

/**
 * A machine from a folder of saved outputs, each named after the tool that printed it. Nothing of the machine that this runs on
 * gets in. Throws a Problem where the folder cannot be read or holds no such file.
 */
export async function machineFromCaptures(directory: string): Promise<Machine> {
  const files = await filesOf(directory)
  const chosen = files.flatMap((file) => {
    const found = readerOf(file)
    return found ? [{ file, ...found }] : []
  })
  if (chosen.length === 0) {
    throw new Problem({
      what: `No file in ${directory} is named after a tool that rigup reads.`,
      why: 'Each file’s name begins with the tool that printed it: nvidia-smi, rocminfo, lspci, lscpu, os-release and so on.',
      next: 'rigup detect --save DIR writes such a folder.',
      exit: 'input',
    })
  }
  const ordered = chosen.toSorted(
    (a, b) => a.rank - b.rank || preference(a.file) - preference(b.file) || a.file.localeCompare(b.file),
  )
  const readings: Reading[] = []
  for (const { file, reader } of ordered) {
    const text = await readStart(join(directory, file))
    readings.push(...[reader(text, { name: file })].flat())
  }
  return composeMachine(readings, { name: basename(directory) || 'captures', origin: 'captures' })
}

// Of one tool's outputs the structured ones tell more than the table.
function preference(file: string): number {
  return ['.xml', '.csv', '.json'].findIndex((end) => file.endsWith(end)) >= 0 ? 0 : 1
}

async function filesOf(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name)
      .toSorted()
      .slice(0, filesLimit)
  } catch (error) {
    throw new Problem({
      what: `The folder ${directory} cannot be read.`,
      why: hasCode(error, 'ENOENT')
        ? 'It does not exist.'
        : hasCode(error, 'ENOTDIR')
          ? 'It is a file.'
          : 'The system refuses it.',
      exit: 'input',
      cause: error,
    })
  }
}

async function readStart(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.alloc(fileLimitBytes)
    const { bytesRead } = await file.read(buffer, 0, fileLimitBytes, 0)
    return decode(buffer.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}

/** PowerShell writes redirected output as UTF-16; colours and cursor movements belong to no tool's answer. */
function decode(bytes: Buffer): string {
  return withoutIndent(stripVTControlCharacters(new TextDecoder(encodingOf(bytes).encoding).decode(bytes)))
}

/**
 * Text that was cut out of a document or a letter is indented or quoted as a whole, or below the command; and tables are known by where
 * their lines begin.
 */
function withoutIndent(text: string): string {
  const lines = text.split('\n')
  const indents = lines.flatMap((line) => (/[^\s>]/.test(line) ? [/^[ >]*/.exec(line)?.[0].length ?? 0] : []))
  const common = indents.reduce((least, indent) => Math.min(least, indent), indents[0] ?? 0)
  const flush = common === 0 ? text : lines.map((line) => line.slice(common)).join('\n')
  return flush.replace(/^[ \t]+(?=\|.*\|[ \t]*\r?$|GPU\[\d|\+[-=]{3})/gm, '')
}

/** The names that a saved output's file may begin with. */
export const readerNames: readonly string[] = readers.map(([name]) => name)

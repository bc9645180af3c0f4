import { KiB } from '../../core/bytes.ts'
import type { Fact } from '../fact.ts'
import { known } from '../fact.ts'
import { jsonDocument } from '../json-text.ts'
import { linesOf } from '../lines.ts'
import { readSize } from '../read-value.ts'
import { cite, type FilesystemReading, factFrom, type Reading, type Source } from '../reading.ts'
import type { Filesystem } from '../schema.ts'
import { unescapeOctal } from './meminfo.ts'

type DeviceKind = NonNullable<Filesystem['device']['value']>

const network =
  /^(nfs\d?|cifs|smb\w*|ceph|lustre|gpfs|beegfs|9p|glusterfs|afs|ocfs2|virtiofs|fuse\.(sshfs|s3fs|gcsfuse|rclone|glusterfs|ceph\S*|juicefs|goofys|nfs))$/
const pseudo =
  /^(proc|sysfs|cgroup2?|cgroupfs|devpts|devtmpfs|mqueue|debugfs|tracefs|securityfs|pstore|bpf|configfs|fusectl|hugetlbfs|autofs|binfmt_misc|efivarfs|rpc_pipefs|nsfs|selinuxfs|squashfs|ramfs|fuse\.(lxcfs|gvfsd-fuse|portal|snapfuse))$/

/** The device that a filesystem type implies, whatever the disk is; null where the disk decides. */
export function deviceOfType(type: string): DeviceKind | null {
  if (network.test(type)) return 'network'
  if (/^fuse/.test(type)) return 'fuse'
  if (/^(tmpfs|ramfs)$/.test(type)) return 'memory'
  if (/^(overlay|aufs)$/.test(type)) return 'virtual'
  return null
}

/** True for filesystems of the kernel's own that hold no files of people, and for mounted packages. */
export function isPseudo(type: string, mount: string): boolean {
  return (
    pseudo.test(type) ||
    /^\/(proc|sys|dev|snap|run\/(user|lock|credentials|snapd|containerd|netns|docker)|var\/lib\/(kubelet\/pods|docker\/overlay2|containers\/storage\/overlay))(\/|$)/.test(
      mount,
    )
  )
}

/** Reads /proc/self/mountinfo (proc(5)). The last mount over a path is the one that counts. */
export function readMountinfo(text: string, source: Source): Reading {
  const filesystems = linesOf(text).flatMap((line): FilesystemReading[] => {
    const match = /^\d+ \d+ \d+:\d+ \S+ (\S+) (\S+) .*?- (\S+) (\S+) (\S*)/.exec(line)
    if (!match) return []
    const [, mount = '', options = '', type = '', device = '', superOptions = ''] = match
    return filesystem(source, line, unescapeOctal(mount), unescapeOctal(device), type, `${options},${superOptions}`)
  })
  return { filesystems: filesystems.toReversed() }
}

function filesystem(
  source: Source,
  line: string,
  mount: string,
  device: string,
  type: string,
  options: string,
): FilesystemReading[] {
  if (isPseudo(type, mount)) return []
  const kind = deviceOfType(type)
  return [
    {
      mount,
      source: known(device, cite(source, line)),
      type: known(type, cite(source, line)),
      readOnly: known(options.split(',').includes('ro'), cite(source, line)),
      ...(kind === null ? {} : { device: known(kind, cite(source, line)) }),
    },
  ]
}

/** Reads `findmnt` as JSON (`-J`, with or without `-b`) or as its table. */
export function readFindmnt(text: string, source: Source): Reading {
  const rows = jsonRows(text, 'filesystems')
  if (rows !== null) {
    return {
      filesystems: rows.flatMap((row) => {
        const mount = textOf(row.target)
        if (mount === null) return []
        const line = JSON.stringify({ ...row, children: undefined })
        const [entry] = filesystem(
          source,
          line,
          mount,
          textOf(row.source) ?? '',
          textOf(row.fstype) ?? 'unknown',
          textOf(row.options) ?? '',
        )
        if (entry === undefined) return []
        const size = sizeOf(row.size)
        const free = sizeOf(row.avail)
        return [
          {
            ...entry,
            ...(size === null ? {} : { totalBytes: known(size, cite(source, line)) }),
            ...(free === null ? {} : { freeBytes: known(free, cite(source, line)) }),
          },
        ]
      }),
    }
  }
  return {
    filesystems: linesOf(text).flatMap((line) => {
      const match = /^[\s│├└─|`-]*(\/\S*)\s+(\S+)\s+([a-z][\w.]*)\s+((?:rw|ro)\S*)\s*$/.exec(line)
      return match ? filesystem(source, line, match[1] ?? '', match[2] ?? '', match[3] ?? '', match[4] ?? '') : []
    }),
  }
}

/** Reads `df` in blocks, bytes (`-B1`) or rounded (`-h`), with or without the type, also where a long name breaks the line. */
export function readDf(text: string, source: Source): Reading {
  const lines = joinBroken(linesOf(text))
  const start = lines.findIndex((line) => /^\S+.*(%|Capacity)/.test(line))
  const heading = lines[start] ?? ''
  const unit = unitOf(heading)
  const typed = /^\S+\s+Type\b/.test(heading)
  return {
    filesystems: lines.slice(start + 1).flatMap((line): FilesystemReading[] => {
      const match = /^(\S+)\s+(?:([a-z]\S*)\s+)?(\S+)\s+(\S+)\s+(\S+)\s+(?:\d+%|-)\s+(\/.*?)\s*$/.exec(line)
      const [, device = '', column, total = '', , free = '', mount = ''] = match ?? []
      if (!match || (typed && column === undefined)) return []
      // What has no device is named after its type.
      const type = column ?? (/^(tmpfs|devtmpfs|overlay|none)$/.test(device) ? device : undefined)
      if (isPseudo(type ?? device, mount)) return []
      const kind = deviceOfType(type ?? '')
      const fact = (size: string): Fact<number> => factFrom(source, line, readSize(size, unit))
      return [
        {
          mount,
          source: known(device, cite(source, line)),
          ...(type === undefined ? {} : { type: known(type, cite(source, line)) }),
          ...(kind === null ? {} : { device: known(kind, cite(source, line)) }),
          totalBytes: fact(total),
          freeBytes: fact(free),
        },
      ]
    }),
  }
}

/** A name that is too long stands on a line of its own, and its figures are indented below it. */
function joinBroken(lines: readonly string[]): string[] {
  const joined: string[] = []
  for (const line of lines) {
    const last = joined.at(-1)
    if (last !== undefined && /^\s/.test(line) && !last.includes(' '))
      joined[joined.length - 1] = `${last} ${line.trim()}`
    else joined.push(line)
  }
  return joined
}

function unitOf(heading: string): number {
  const blocks = /\b(\d+)([KMG]?)-blocks\b/.exec(heading)
  if (!blocks) return 1
  const factor = { '': 1, K: KiB, M: KiB ** 2, G: KiB ** 3 }[blocks[2] ?? ''] ?? 1
  return Number(blocks[1]) * factor
}

/** The rows of a JSON list of util-linux, children after their parents; null where it is no such JSON. */
export function jsonRows(text: string, name: string): Record<string, unknown>[] | null {
  const document = jsonDocument(text)
  if (document === undefined) return null
  const rows: Record<string, unknown>[] = []
  const walk = (entries: unknown, depth: number): void => {
    if (!Array.isArray(entries) || depth > 32) return
    for (const entry of entries) {
      if (typeof entry !== 'object' || entry === null) continue
      rows.push(entry as Record<string, unknown>)
      walk((entry as Record<string, unknown>).children, depth + 1)
    }
  }
  walk(typeof document === 'object' && document !== null ? (document as Record<string, unknown>)[name] : null, 0)
  return rows
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function sizeOf(value: unknown): number | null {
  return typeof value === 'number' || typeof value === 'string' ? readSize(String(value)) : null
}

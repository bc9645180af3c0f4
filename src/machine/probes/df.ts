import { KiB } from '../../core/bytes.ts'
import type { Fact } from '../fact.ts'
import { known } from '../fact.ts'
import { linesOf } from '../lines.ts'
import { readSize } from '../read-value.ts'
import { cite, type FilesystemReading, factFrom, type Reading, type Source } from '../reading.ts'
import { deviceOfSource, deviceOfType, isPseudo } from './disks.ts'

const size = String.raw`([\d.,]+[KMGTPEZ]?i?B?|-)`
const row = new RegExp(String.raw`^(\S.*?)\s+${size}\s+${size}\s+${size}\s+(?:\d+\s?%|-)\s+(\/.*?)\s*$`, 'i')
const fileSystemType =
  /^(ext[234]|xfs|btrfs|bcachefs|zfs|f2fs|jfs|reiserfs|vfat|exfat|msdos|ntfs3?|fuse\S*|overlay|aufs|tmpfs|devtmpfs|ramfs|squashfs|erofs|iso9660|udf|hfsplus|apfs|nfs\d?|cifs|smb\w*|9p|drvfs|virtiofs|ceph|lustre|gpfs|beegfs|glusterfs|ocfs2|gfs2|afs|efivarfs|none|[a-z]+fs\d?)$/

/**
 * Reads `df` in blocks, bytes (`-B1`) or rounded (`-h`, `-H`), with or without the type, in any language, also where a long name
 * breaks the line. Figures without a unit count in what the heading says; where it says nothing (`-i` counts files) they are unknown.
 */
export function readDf(text: string, source: Source): Reading {
  const lines = joinBroken(linesOf(text))
  const thousands =
    /(^|[\s$#>])df\b[^\n]*\s(-[a-zA-Z]*H[a-zA-Z]*|--si)\b/m.test(text) || /^df[-_.][a-zA-Z]*H/.test(source.name)
  let unit: number | null = null
  const filesystems: FilesystemReading[] = []
  for (const line of lines) {
    const match = row.exec(line)
    if (match) filesystems.push(...filesystem(match, line, unit, thousands, source))
    // A heading is a line of words that ends a block of rows; the commands above it have numbers too, and slashes.
    else if (/^\p{L}/u.test(line) && !line.includes('/')) unit = blockOf(line)
  }
  return { filesystems }
}

function filesystem(
  match: RegExpExecArray,
  line: string,
  unit: number | null,
  thousands: boolean,
  source: Source,
): FilesystemReading[] {
  const [, before = '', total = '', , free = '', mount = ''] = match
  const typed = /^(\S.*?)\s+(\S+)$/.exec(before)
  const column = typed && fileSystemType.test(typed[2] ?? '') ? typed[2] : undefined
  const device = column === undefined ? before : (typed?.[1] ?? before)
  // What has no device is named after its type.
  const type = column ?? (/^(tmpfs|devtmpfs|overlay)$/.test(device) ? device : undefined)
  if (isPseudo(type ?? device, mount)) return []
  const kind = deviceOfType(type ?? '') ?? deviceOfSource(device)
  const fact = (cell: string): Fact<number> => {
    const bare = /^[\d.,]+$/.test(cell)
    const bytes = bare && unit === null && Number(cell) !== 0 ? null : sizeIn(cell, unit ?? 1, thousands)
    return factFrom(source, line, bytes, bare ? 'the heading of df does not say what these figures count' : undefined)
  }
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
}

function sizeIn(cell: string, unit: number, thousands: boolean): number | null {
  const power = ' KMGTPE'.indexOf((/[KMGTPE]/i.exec(cell)?.[0] ?? ' ').toUpperCase())
  const bytes = readSize(cell, unit)
  return bytes === null || !thousands || power <= 0 ? bytes : Math.round((bytes / KiB ** power) * 1000 ** power)
}

/** What a figure counts, in bytes: `1K-blocks`, `1024-blocks`, `blocs de 1K`, `1K-块`. Null where the heading has no number. */
function blockOf(heading: string): number | null {
  const blocks = /(?<![\d.])(\d+)([KMGT]?)(i?B)?(?![\d%])/.exec(heading)
  if (!blocks) return null
  return Number(blocks[1]) * KiB ** ' KMGT'.indexOf(blocks[2] || ' ')
}

/** A name that is too long stands on a line of its own, and its figures are indented below it. */
function joinBroken(lines: readonly string[]): string[] {
  const joined: string[] = []
  for (const line of lines) {
    const last = joined.at(-1)
    if (last !== undefined && /^\s/.test(line) && last !== '' && !last.includes(' '))
      joined[joined.length - 1] = `${last} ${line.trim()}`
    else joined.push(line)
  }
  return joined
}

import { known, unknown } from '../fact.ts'
import { jsonRows } from '../json-text.ts'
import { linesOf } from '../lines.ts'
import { readSize } from '../read-value.ts'
import { cite, type FilesystemReading, type Reading, type Source } from '../reading.ts'
import { type Row, readColumns, readPairs, withoutBranches } from './columns.ts'
import { mountedFilesystem } from './disks.ts'

/** Reads `findmnt` as JSON (`-J`), as pairs (`-P`), as its tree or list, or in the form of df (`-D`). */
export function readFindmnt(text: string, source: Source): Reading {
  const rows = jsonRows(text, 'filesystems')?.map((row) => ({
    line: JSON.stringify({ ...row, children: undefined }),
    cell: (name: string) => textOf(row[name.toLowerCase()]),
  }))
  return { filesystems: (rows ?? tableRows(text)).flatMap(({ line, cell }) => filesystem(line, cell, source)) }
}

type Cell = (name: string) => string | undefined

function tableRows(text: string): { line: string; cell: Cell }[] {
  const lines = linesOf(text)
  const heading = lines.findIndex((line) => /^[A-Z%: -]+$/.test(line) && /\bTARGET\b/.test(line))
  const rows = heading < 0 ? [...readPairs(lines), ...withoutHeadings(lines)] : readColumns(lines, heading)
  return rows.map(({ line, cells }) => ({ line, cell: (name) => cells.get(name) }))
}

/** `--noheadings` and lines cut out by grep: the usual four columns, known by the options at the end. */
function withoutHeadings(lines: readonly string[]): Row[] {
  return lines.flatMap((line) => {
    const match = /^[\s│├└─|`-]*(\/\S*)\s+(\S+)\s+([a-z][\w.]*)\s+((?:rw|ro)\b\S*)$/.exec(line)
    const names = ['TARGET', 'SOURCE', 'FSTYPE', 'OPTIONS']
    return match ? [{ line, cells: new Map(names.map((name, index) => [name, match[index + 1] ?? ''])) }] : []
  })
}

function filesystem(line: string, cell: Cell, source: Source): FilesystemReading[] {
  const mount = withoutBranches(cell('TARGET') ?? '')
  if (!mount.startsWith('/')) return []
  const options = cell('OPTIONS')
  const mounted = mountedFilesystem(source, line, mount, cell('SOURCE') ?? '', cell('FSTYPE') ?? null, options ?? '')
  const total = readSize(cell('SIZE'))
  const free = readSize(cell('AVAIL'))
  return mounted.map((entry) => ({
    ...entry,
    ...(options === undefined
      ? { readOnly: unknown('findmnt was not asked for the options', cite(source, line)) }
      : {}),
    ...(total === null ? {} : { totalBytes: known(total, cite(source, line)) }),
    ...(free === null ? {} : { freeBytes: known(free, cite(source, line)) }),
  }))
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : typeof value === 'string' && value !== '' ? value : undefined
}

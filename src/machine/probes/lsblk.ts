import { known } from '../fact.ts'
import { jsonDocument } from '../json-text.ts'
import { linesOf } from '../lines.ts'
import { cite, type FilesystemReading, type Reading, type Source } from '../reading.ts'
import type { Filesystem } from '../schema.ts'
import { deviceOfType, isPseudo } from './disks.ts'

type Block = {
  name: string
  parent: string | null
  type: string
  model: string
  rotates: boolean | null
  mounts: string[]
  fstype: string
  line: string
}

// The disk of a virtual machine says it rotates whatever lies under it.
const virtualDisk = /virtual|vmware|qemu|vbox|persistentdisk|elastic block|msft/i

/**
 * Reads `lsblk` as JSON, as pairs (`-P`) or as its tree: which mount point lies on an SSD, on a disk that turns or on a virtual one.
 * Sizes are left out: a partition's is not its filesystem's.
 */
export function readLsblk(text: string, source: Source): Reading {
  const blocks = fromJson(text) ?? (/^NAME="/m.test(text) ? fromPairs(text) : fromTree(text))
  const byName = new Map(blocks.map((block) => [block.name, block]))
  return {
    filesystems: blocks.flatMap((block) =>
      block.mounts
        .filter((mount) => mount.startsWith('/') && !isPseudo(block.fstype, mount))
        .map((mount): FilesystemReading => {
          const device = deviceOfType(block.fstype) ?? kindOf(block, byName)
          return {
            mount,
            source: known(block.name.startsWith('/') ? block.name : `/dev/${block.name}`, cite(source, block.line)),
            ...(block.fstype === '' ? {} : { type: known(block.fstype, cite(source, block.line)) }),
            ...(device === null ? {} : { device: known(device, cite(source, block.line)) }),
          }
        }),
    ),
  }
}

function kindOf(block: Block, byName: ReadonlyMap<string, Block>): Filesystem['device']['value'] {
  let disk: Block = block
  for (let depth = 0; depth < 16 && disk.parent !== null; depth += 1)
    disk = byName.get(disk.parent) ?? { ...disk, parent: null }
  const name = disk.name.replace(/^\/dev\//, '')
  if (virtualDisk.test(disk.model) || /^(vd|xvd)/.test(name)) return 'virtual'
  if (disk.rotates !== null) return disk.rotates ? 'hdd' : 'ssd'
  return name.startsWith('nvme') ? 'ssd' : null
}

function fromJson(text: string): Block[] | null {
  const document = jsonDocument(text)
  if (typeof document !== 'object' || document === null || !('blockdevices' in document)) return null
  const blocks: Block[] = []
  const walk = (entries: unknown, parent: string | null, depth: number): void => {
    if (!Array.isArray(entries) || depth > 32) return
    for (const entry of entries) {
      if (typeof entry !== 'object' || entry === null) continue
      const row = entry as Record<string, unknown>
      const text = (name: string) => (typeof row[name] === 'string' ? row[name].trim() : '')
      const mounts = Array.isArray(row.mountpoints) ? row.mountpoints : [row.mountpoint]
      blocks.push({
        name: text('name'),
        parent: parent ?? (text('pkname') || null),
        type: text('type'),
        model: `${text('vendor')} ${text('model')}`,
        rotates: truth(row.rota),
        mounts: mounts.filter((mount) => typeof mount === 'string'),
        fstype: text('fstype'),
        line: JSON.stringify({ ...row, children: undefined }),
      })
      walk(row.children, text('name'), depth + 1)
    }
  }
  walk(document.blockdevices, null, 0)
  return blocks
}

function truth(value: unknown): boolean | null {
  if (value === true || value === '1' || value === 1) return true
  return value === false || value === '0' || value === 0 ? false : null
}

function fromPairs(text: string): Block[] {
  return linesOf(text).flatMap((line) => {
    const cells = new Map([...line.matchAll(/([A-Z:%-]+)="([^"]*)"/g)].map((match) => [match[1] ?? '', match[2] ?? '']))
    const cell = (name: string) => (cells.get(name) ?? '').trim()
    if (!cells.has('NAME')) return []
    const mounts = [cell('MOUNTPOINT'), ...cell('MOUNTPOINTS').split('\\x0a')].filter((mount) => mount !== '')
    return [
      {
        name: cell('NAME'),
        parent: cell('PKNAME') || null,
        type: cell('TYPE'),
        model: `${cell('VENDOR')} ${cell('MODEL')}`,
        rotates: truth(cell('ROTA')),
        mounts,
        fstype: cell('FSTYPE'),
        line,
      },
    ]
  })
}

/** In the tree a cell stands under its heading; numbers end where the heading ends. */
function fromTree(text: string): Block[] {
  // Blanks are kept as they are: they place the cells.
  const lines = text.split(/\r?\n/).map((line) => line.slice(0, 4000))
  const start = lines.findIndex((line) => /^NAME\s/.test(line))
  if (start < 0) return []
  const columns = [...(lines[start] ?? '').matchAll(/\S+/g)].map((match) => ({
    name: match[0],
    from: match.index,
    to: match.index + match[0].length,
  }))
  const blocks: Block[] = []
  const ancestors: string[] = []
  for (const line of lines.slice(start + 1)) {
    const match = /^([\s│├└─|`-]*)(\S+)/.exec(line)
    if (!match) continue
    const words = [...line.matchAll(/\S+/g)]
    const cell = (name: string) => {
      const column = columns.find((candidate) => candidate.name === name)
      if (!column) return ''
      return words.find((word) => word.index < column.to && word.index + word[0].length > column.from)?.[0] ?? ''
    }
    const depth = Math.floor((match[1] ?? '').length / 2)
    const name = match[2] ?? ''
    ancestors.length = depth
    const mount = cell('MOUNTPOINT') || cell('MOUNTPOINTS')
    blocks.push({
      name,
      parent: cell('PKNAME') || (ancestors.at(-1) ?? null),
      type: cell('TYPE'),
      model: `${cell('VENDOR')} ${cell('MODEL')}`,
      rotates: truth(cell('ROTA')),
      mounts: mount === '' ? [] : [mount],
      fstype: cell('FSTYPE'),
      line,
    })
    ancestors.push(name)
  }
  return blocks
}

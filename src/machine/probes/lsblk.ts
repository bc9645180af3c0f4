import { known } from '../fact.ts'
import { jsonDocument } from '../json-text.ts'
import { readSize } from '../read-value.ts'
import { cite, type FilesystemReading, type Reading, type Source } from '../reading.ts'
import type { Filesystem } from '../schema.ts'
import { readColumns, readPairs, withoutBranches } from './columns.ts'
import { deviceOfType, isPseudo } from './disks.ts'

type Block = {
  name: string
  parent: string | null
  type: string
  model: string
  rotates: boolean | null
  mounts: string[]
  fstype: string
  total: string
  free: string
  line: string
}

// The disk of a virtual machine says it rotates whatever lies under it.
const virtualDisk = /virtual|vmware|qemu|vbox|persistentdisk|elastic block|msft/i

/**
 * Reads `lsblk` as JSON, as pairs (`-P`) or as its tree: which mount point lies on an SSD, on a disk that turns or on a virtual one.
 * The size of a partition is left out: it is not its filesystem's.
 */
export function readLsblk(text: string, source: Source): Reading {
  const blocks = fromJson(text) ?? fromTable(text)
  const byName = new Map(blocks.map((block) => [block.name, block]))
  return {
    filesystems: blocks.flatMap((block) =>
      block.mounts
        .filter((mount) => mount.startsWith('/') && !isPseudo(block.fstype, mount))
        .map((mount): FilesystemReading => {
          const device = deviceOfType(block.fstype) ?? kindOf(block, byName)
          return {
            mount,
            source: known(pathOf(block), cite(source, block.line)),
            ...(block.fstype === '' ? {} : { type: known(block.fstype, cite(source, block.line)) }),
            ...(device === null ? {} : { device: known(device, cite(source, block.line)) }),
            ...sizes(block, source),
          }
        }),
    ),
  }
}

function pathOf({ name, type }: Block): string {
  if (name.startsWith('/')) return name
  return /^(lvm|crypt|mpath|dm)$/.test(type) ? `/dev/mapper/${name}` : `/dev/${name}`
}

/** Space of the filesystem, which `-f` and `-O` tell; the size of its partition is another. */
function sizes(block: Block, source: Source): Partial<FilesystemReading> {
  const [total, free] = [readSize(block.total), readSize(block.free)]
  return {
    ...(total === null ? {} : { totalBytes: known(total, cite(source, block.line)) }),
    ...(free === null ? {} : { freeBytes: known(free, cite(source, block.line)) }),
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
      const text = (name: string) =>
        typeof row[name] === 'string' || typeof row[name] === 'number' ? String(row[name]).trim() : ''
      const mounts = Array.isArray(row.mountpoints) ? row.mountpoints : [row.mountpoint]
      blocks.push({
        name: text('name'),
        parent: parent ?? (text('pkname') || null),
        type: text('type'),
        model: `${text('vendor')} ${text('model')}`,
        rotates: truth(row.rota),
        mounts: mounts.filter((mount) => typeof mount === 'string'),
        fstype: text('fstype'),
        total: text('fssize'),
        free: text('fsavail'),
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

function fromTable(text: string): Block[] {
  // Blanks are kept as they are: they place the cells.
  const lines = text.split(/\r?\n/).map((line) => line.slice(0, 4000))
  const heading = lines.findIndex((line) => /^NAME(\s|$)/.test(line))
  const blocks: Block[] = []
  const ancestors: string[] = []
  for (const { line, cells } of heading < 0 ? readPairs(lines) : readColumns(lines, heading)) {
    const cell = (name: string) => cells.get(name) ?? ''
    const mounts = [cell('MOUNTPOINT'), ...cell('MOUNTPOINTS').split('\n')].filter((mount) => mount !== '')
    const name = withoutBranches(cell('NAME'))
    if (name === '') {
      // A further mount point of the device above has a line of its own.
      blocks.at(-1)?.mounts.push(...mounts)
      continue
    }
    const depth = Math.floor((/^[\s│├└─|`-]*/.exec(line)?.[0].length ?? 0) / 2)
    ancestors.length = Math.min(depth, ancestors.length)
    blocks.push({
      name,
      parent: cell('PKNAME') || (heading < 0 ? null : (ancestors.at(-1) ?? null)),
      type: cell('TYPE'),
      model: `${cell('VENDOR')} ${cell('MODEL')}`,
      rotates: truth(cell('ROTA')),
      mounts,
      fstype: cell('FSTYPE'),
      total: cell('FSSIZE'),
      free: cell('FSAVAIL'),
      line,
    })
    ancestors.push(name)
  }
  return blocks
}

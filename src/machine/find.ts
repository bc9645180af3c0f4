import type { Filesystem, Machine, Tool } from './schema.ts'

/** A tool that was found on the machine; null where it was not, or where nobody looked. */
export function toolOf({ tools }: Pick<Machine, 'tools'>, ...names: string[]): Tool | null {
  return tools.find((tool) => names.includes(tool.name) && tool.path.value !== null) ?? null
}

/** The filesystem that a path lies on: the longest mount point above it. Null where none is known. */
export function filesystemUnder({ filesystems }: Pick<Machine, 'filesystems'>, path: string): Filesystem | null {
  const above = filesystems.filter(({ mount }) => path === mount || path.startsWith(mount.replace(/\/?$/, '/')))
  return above.sort((a, b) => b.mount.length - a.mount.length)[0] ?? null
}

/** The first port from `from` on that nothing listens on, of a hundred; null where all are taken. What is not known counts as free. */
export function freePort({ listeners }: Machine, from: number): number | null {
  const taken = new Set(listeners.value?.map(({ port }) => port))
  const ports = Array.from({ length: 100 }, (_, index) => from + index)
  return ports.find((port) => port < 65536 && !taken.has(port)) ?? null
}

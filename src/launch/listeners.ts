import { readdir, readFile, readlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { hasCode } from '../core/problem.ts'
import { commandOf } from './processes.ts'

/** Who holds a port; null fields where this user may not see it. */
type Listener = { readonly pid: number | null; readonly command: string | null }

/** The process that listens on a TCP port, or null where the port is free. */
export async function listenerOn(host: string, port: number): Promise<Listener | null> {
  const inodes = await listeningInodes(port)
  if (inodes.size === 0 && (await canListen(host, port))) return null
  const pid = await ownerOf(inodes)
  return { pid, command: pid === null ? null : await commandOf(pid) }
}

/** Binding alone does not tell: vLLM opens its port with SO_REUSEPORT, and two of them would share it. */
function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error) => (hasCode(error, 'EADDRINUSE') ? resolve(false) : reject(error)))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

const listening = '0A'

async function listeningInodes(port: number): Promise<Set<string>> {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  const inodes = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const lines = await readFile(table, 'utf8').catch(() => '')
    for (const line of lines.split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
      if (state === listening && local?.endsWith(`:${wanted}`) && inode) inodes.add(inode)
    }
  }
  return inodes
}

async function ownerOf(inodes: ReadonlySet<string>): Promise<number | null> {
  if (inodes.size === 0) return null
  const links = new Set([...inodes].map((inode) => `socket:[${inode}]`))
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
    for (const descriptor of descriptors) {
      const link = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')
      if (links.has(link)) return Number(pid)
    }
  }
  return null
}

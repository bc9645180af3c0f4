import { known, unknown } from '../fact.ts'
import type { Host } from '../host/host.ts'
import { engineOf, isOrphan } from '../probes/engine-process.ts'
import { cite } from '../reading.ts'
import { type Probe, sourceAt } from './probe.ts'
import { userNames } from './processes.ts'

const processLimit = 20_000

/** Engines that run now, and workers that outlived theirs. */
export const engines: Probe = async (host) => {
  const pids = ((await host.list('/proc')) ?? []).filter((name) => /^\d+$/.test(name)).slice(0, processLimit)
  if (pids.length === 0) return [{ engines: unknown('/proc cannot be read') }]
  const found: { pid: number; engine: string }[] = []
  for (let start = 0; start < pids.length; start += 64) {
    const part = await Promise.all(pids.slice(start, start + 64).map((pid) => engineAt(host, Number(pid))))
    found.push(...part.filter((entry) => entry !== null))
  }
  const names = found.length > 0 ? await userNames(host) : new Map<number, string>()
  const told = await Promise.all(found.map((entry) => describe(host, entry, names)))
  return [
    {
      engines: known(
        told.filter((entry) => entry !== null),
        cite(sourceAt(host, '/proc/*/cmdline'), `${pids.length} processes`),
      ),
    },
  ]
}

async function engineAt(host: Host, pid: number): Promise<{ pid: number; engine: string } | null> {
  const text = await host.readText(`/proc/${pid}/cmdline`, 4096)
  const engine = text === null ? null : engineOf(text.replaceAll('\0', ' ').trim())
  return engine === null ? null : { pid, engine }
}

async function describe(host: Host, entry: { pid: number; engine: string }, names: ReadonlyMap<number, string>) {
  const status = await host.readText(`/proc/${entry.pid}/status`, 8192)
  const parent = Number(/^PPid:\s+(\d+)/m.exec(status ?? '')?.[1] ?? Number.NaN)
  const uid = /^Uid:\s+(\d+)/m.exec(status ?? '')?.[1]
  if (status === null) return null
  return {
    pid: entry.pid,
    name: entry.engine,
    orphan: isOrphan(entry.engine, parent),
    owner: uid === undefined ? null : (names.get(Number(uid)) ?? uid),
  }
}

import { known, unknown } from '../fact.ts'
import type { Host } from '../host/host.ts'
import { readLimits } from '../probes/limits.ts'
import { readMeminfo, readSwaps } from '../probes/meminfo.ts'
import { cite, factFrom, type Reading } from '../reading.ts'
import { ask, askFile, type Probe, sourceAt, word } from './probe.ts'

/** RAM, swap, their limits and how hard they are pressed. */
export const memory: Probe = async (host) => {
  const answers = await Promise.all([
    askFile(host, '/proc/swaps', readSwaps),
    askFile(host, '/proc/meminfo', readMeminfo),
    cgroupLimit(host),
    pressure(host),
    swapAllowed(host),
    sharedMemory(host),
    askFile(host, '/proc/self/limits', (text, source) => ({
      memory: { lockedLimitBytes: readLimits(text, 'Max locked memory', source) },
    })),
  ])
  return answers.flat()
}

/** The lowest limit on the way from this process's cgroup to the root; version 2, then version 1. */
async function cgroupLimit(host: Host): Promise<Reading[]> {
  const groups = (await host.readText('/proc/self/cgroup')) ?? ''
  const unified = /^0::(\/.*)$/m.exec(groups)?.[1]
  const legacy = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(\/.*)$/m.exec(groups)?.[1]
  const paths = [
    ...ancestors(unified).map((path) => `/sys/fs/cgroup${path}/memory.max`),
    ...ancestors(legacy).map((path) => `/sys/fs/cgroup/memory${path}/memory.limit_in_bytes`),
  ]
  const limits = await Promise.all(paths.map(async (path) => ({ path, text: await word(host, path) })))
  // Version 1 writes almost 2^63 for no limit, version 2 `max`.
  const set = limits.filter(({ text }) => text !== null && /^\d+$/.test(text) && Number(text) < 2 ** 60)
  const lowest = set.toSorted((a, b) => Number(a.text) - Number(b.text))[0]
  if (lowest === undefined)
    return [{ memory: { cgroupLimitBytes: unknown('no limit is set for the cgroup that rigup runs in') } }]
  return [
    {
      memory: {
        cgroupLimitBytes: known(Number(lowest.text), cite(sourceAt(host, lowest.path), lowest.text ?? undefined)),
      },
    },
  ]
}

function ancestors(path: string | undefined): string[] {
  if (path === undefined) return []
  const parts = path.split('/').filter((part) => part !== '' && part !== '..')
  return [...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`).toReversed(), '']
}

async function pressure(host: Host): Promise<Reading[]> {
  return askFile(host, '/proc/pressure/memory', (text, source) => {
    const line = /^some .*$/m.exec(text)?.[0]
    const value = Number(/avg10=([\d.]+)/.exec(line ?? '')?.[1] ?? Number.NaN)
    return { memory: { pressurePercent: factFrom(source, line, Number.isFinite(value) ? value : null) } }
  })
}

/** What engines may share between their processes: small in containers that were not told otherwise. */
async function sharedMemory(host: Host): Promise<Reading[]> {
  return ask(host, ['df', '-P', '-B1', '/dev/shm'], (text, source) => {
    const line = /^\S+\s+(\d+)\s.*\/dev\/shm$/m.exec(text)
    return { memory: { sharedMemoryBytes: factFrom(source, line?.[0], line ? Number(line[1]) : null) } }
  })
}

const sysAdmin = 21n

/** Containers may not swapon unless they were given CAP_SYS_ADMIN: it is missing from what any process in them can ever have. */
async function swapAllowed(host: Host): Promise<Reading[]> {
  return askFile(host, '/proc/self/status', (text, source) => {
    const line = /^CapBnd:\s*([0-9a-f]+)$/m.exec(text)
    if (!line) return {}
    const allowed = ((BigInt(`0x${line[1]}`) >> sysAdmin) & 1n) === 1n
    return { swap: { allowed: known(allowed, cite(source, line[0])) } }
  })
}

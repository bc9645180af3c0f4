import type { Host } from '../host/host.ts'

/** Names of users by number, from /etc/passwd; users of a directory service keep their number. */
export async function userNames(host: Host): Promise<ReadonlyMap<number, string>> {
  const text = (await host.readText('/etc/passwd')) ?? ''
  return new Map(
    text.split('\n').flatMap((line) => {
      const [name, , uid] = line.split(':')
      return name && uid && /^\d+$/.test(uid) ? [[Number(uid), name] as const] : []
    }),
  )
}

/** The owner of each process that is still there. */
export async function ownersOf(host: Host, pids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const names = await userNames(host)
  const pairs = await Promise.all(
    [...new Set(pids)].map(async (pid) => {
      const status = await host.readText(`/proc/${pid}/status`, 8192)
      const uid = /^Uid:\s+(\d+)/m.exec(status ?? '')?.[1]
      return uid === undefined ? null : ([pid, names.get(Number(uid)) ?? uid] as const)
    }),
  )
  return new Map(pairs.filter((pair) => pair !== null))
}

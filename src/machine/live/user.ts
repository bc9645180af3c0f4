import { type Fact, known, unknown } from '../fact.ts'
import type { Host } from '../host/host.ts'
import { readId } from '../probes/id.ts'
import { readLimits } from '../probes/limits.ts'
import { cite, type Reading } from '../reading.ts'
import type { Machine } from '../schema.ts'
import { ask, askFile, findProgram, type Probe, sourceAt } from './probe.ts'

/** Who rigup runs as, and what that user may do. */
export const user: Probe = async (host) => {
  const [who, rights, limits] = await Promise.all([
    ask(host, ['id'], readId),
    privileges(host),
    askFile(host, '/proc/self/limits', (text, source) => ({
      user: { openFilesLimit: readLimits(text, 'Max open files', source) },
    })),
  ])
  const name = who.find((reading) => reading.user?.name?.value)?.user?.name?.value ?? null
  return [...who, { user: { privileges: rights } }, ...limits, ...(await linger(host, name))]
}

async function privileges(host: Host): Promise<Machine['user']['privileges']> {
  if (host.uid === 0) return known('root', cite(sourceAt(host, 'id'), 'uid=0'))
  if ((await findProgram(host, 'sudo')) === null) {
    return known('none', cite(sourceAt(host, 'PATH'), 'there is no sudo'))
  }
  const argv = ['sudo', '-n', 'true']
  const result = await host.run(argv, { timeLimitMilliseconds: 5000 })
  const source = sourceAt(host, argv.join(' '))
  if (result.kind !== 'ended')
    return unknown(result.kind === 'hung' ? 'sudo did not answer' : 'sudo could not be started')
  if (result.code === 0) return known('passwordless', cite(source, 'exit code 0'))
  const line = result.stderr.trim().split('\n')[0]
  const refused =
    /not in the sudoers|may not run|no new privileges|must be owned by uid 0|effective uid is not 0/i.test(
      result.stderr,
    )
  return known(refused ? 'none' : 'password', cite(source, line))
}

async function linger(host: Host, name: string | null): Promise<Reading[]> {
  if (name === null || !/^[\w.@-]+$/.test(name)) return []
  const path = `/var/lib/systemd/linger/${name}`
  if ((await host.list('/var/lib/systemd')) === null) return []
  const fact: Fact<boolean> = known((await host.may(path, 'r')) !== null, cite(sourceAt(host, path)))
  return [{ user: { linger: fact } }]
}

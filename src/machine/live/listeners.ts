import { known, unknown } from '../fact.ts'
import { readProcNetTcp, readSs } from '../probes/listeners.ts'
import { cite } from '../reading.ts'
import { type Probe, problemOf, sourceAt } from './probe.ts'

/** Ports on which something listens. */
export const listeners: Probe = async (host) => {
  const argv = ['ss', '-Hltnp']
  const result = await host.run(argv)
  if (result.kind === 'ended' && result.code === 0) {
    const found = readSs(result.stdout)
    return [{ listeners: known(found, cite(sourceAt(host, argv.join(' ')), `${found.length} sockets`)) }]
  }
  const problem = problemOf(argv, result)
  const texts = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((path) => host.readText(path)))
  const fact = texts.every((text) => text === null)
    ? unknown<ReturnType<typeof readSs>>('neither ss nor /proc/net/tcp can be read')
    : known(
        texts.flatMap((text) => readProcNetTcp(text ?? '')),
        cite(sourceAt(host, '/proc/net/tcp')),
      )
  return [{ listeners: fact }, ...(problem ? [problem] : [])]
}

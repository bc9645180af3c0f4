import { known, unknown } from '../fact.ts'
import type { Host } from '../host/host.ts'
import { cite } from '../reading.ts'
import type { Tool } from '../schema.ts'
import { findProgram, sourceAt } from './probe.ts'

/** docker and podman: version, whether the daemon answers this user, and whether containers can get at a GPU. */
export async function containerTools(host: Host): Promise<Tool[]> {
  const found = await Promise.all([docker(host), podman(host)])
  return found.flat()
}

async function docker(host: Host): Promise<Tool[]> {
  const path = await findProgram(host, 'docker')
  if (path === null) return []
  const versions = await host.run([path, 'version', '--format', '{{.Client.Version}} {{.Server.Version}}'], {
    timeLimitMilliseconds: 5000,
  })
  const source = sourceAt(host, 'docker version')
  const text = versions.kind === 'ended' ? `${versions.stdout}\n${versions.stderr}` : ''
  const version = /\d+\.\d+\.\d+\S*/.exec(text)?.[0] ?? null
  const state = daemonState(versions.kind, text)
  const runtimes = state === 'daemon answers' ? await runtimesOf(host, path) : ''
  return [
    {
      name: 'docker',
      path: known(path, cite(sourceAt(host, 'PATH'), path)),
      version:
        version === null ? unknown('docker does not say it', cite(source, text)) : known(version, cite(source, text)),
      note: `${state}; ${await gpuState(host, runtimes)}`,
    },
  ]
}

async function runtimesOf(host: Host, path: string): Promise<string> {
  const info = await host.run([path, 'info', '--format', '{{json .Runtimes}}'], { timeLimitMilliseconds: 5000 })
  return info.kind === 'ended' ? info.stdout : ''
}

function daemonState(kind: string, text: string): string {
  if (kind === 'hung') return 'daemon hangs'
  if (/permission denied/i.test(text)) return 'no permission to the socket'
  if (/podman/i.test(text)) return 'podman in docker’s name'
  return /cannot connect|error during connect|is the docker daemon running/i.test(text)
    ? 'daemon does not answer'
    : 'daemon answers'
}

async function gpuState(host: Host, runtimes: string): Promise<string> {
  if (/"nvidia"/.test(runtimes)) return 'NVIDIA runtime'
  for (const directory of ['/etc/cdi', '/var/run/cdi']) {
    const files = await host.list(directory)
    if (files?.some((name) => /nvidia|amd/.test(name))) return 'CDI devices'
  }
  return 'no GPU runtime'
}

async function podman(host: Host): Promise<Tool[]> {
  const path = await findProgram(host, 'podman')
  if (path === null) return []
  const argv = [path, '--version']
  const result = await host.run(argv, { timeLimitMilliseconds: 5000 })
  const line = result.kind === 'ended' ? result.stdout.trim() : ''
  const version = /\d+\.\d+\.\d+\S*/.exec(line)?.[0] ?? null
  const source = sourceAt(host, argv.join(' '))
  return [
    {
      name: 'podman',
      path: known(path, cite(sourceAt(host, 'PATH'), path)),
      version:
        version === null ? unknown('podman does not say it', cite(source, line)) : known(version, cite(source, line)),
      note: await gpuState(host, ''),
    },
  ]
}

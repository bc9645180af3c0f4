import { type Fact, known, unknown } from '../fact.ts'
import type { Host } from '../host/host.ts'
import { readOsRelease } from '../probes/os-release.ts'
import { cite, factFrom, type Reading } from '../reading.ts'
import { ask, askFile, type Probe, sourceAt, word } from './probe.ts'

/** The operating system, and what it runs in. */
export const system: Probe = async (host) => {
  const release = (await host.readText('/etc/os-release')) === null ? '/usr/lib/os-release' : '/etc/os-release'
  const answers = await Promise.all([
    fixed(host),
    askFile(host, release, readOsRelease),
    kernel(host),
    libc(host),
    init(host),
    container(host),
    virtualMachine(host),
    secureBoot(host),
  ])
  return answers.flat()
}

/** Signs of a system that is not to be edited, beyond its name. */
async function fixed(host: Host): Promise<Reading[]> {
  for (const path of ['/etc/NIXOS', '/run/ostree-booted', '/etc/GUIX']) {
    if ((await host.may(path, 'r')) !== null)
      return [{ os: { immutable: known(true, cite(sourceAt(host, path), 'is there')) } }]
  }
  return []
}

async function kernel(host: Host): Promise<Reading[]> {
  const text = await word(host, '/proc/sys/kernel/osrelease')
  if (text === null) return []
  const evidence = cite(sourceAt(host, '/proc/sys/kernel/osrelease'), text)
  // WSL 1 writes Microsoft, WSL 2 microsoft-standard-WSL2.
  return [{ os: { kernel: known(text, evidence), wsl: known(/microsoft/i.test(text), evidence) } }]
}

async function libc(host: Host): Promise<Reading[]> {
  const glibc = await ask(host, ['getconf', 'GNU_LIBC_VERSION'], (text, source) => {
    const version = /glibc (\d+\.\d+)/.exec(text)
    return { os: { glibc: factFrom(source, version?.[0], version?.[1] ?? null, 'the C library is not glibc') } }
  })
  if (glibc.some((reading) => reading.os?.glibc?.value)) return glibc
  const loaders = ((await host.list('/lib')) ?? []).filter((name) => name.startsWith('ld-musl'))
  return loaders.length > 0
    ? [
        {
          os: {
            glibc: unknown(
              'the C library is musl: wheels for glibc do not run here',
              cite(sourceAt(host, '/lib'), loaders[0]),
            ),
          },
        },
      ]
    : glibc
}

async function init(host: Host): Promise<Reading[]> {
  const systemd = await host.may('/run/systemd/system', 'r')
  if (systemd !== null)
    return [{ os: { init: known('systemd', cite(sourceAt(host, '/run/systemd/system'), 'is there')) } }]
  const name = await word(host, '/proc/1/comm')
  return name === null ? [] : [{ os: { init: known(name, cite(sourceAt(host, '/proc/1/comm'), name)) } }]
}

async function container(host: Host): Promise<Reading[]> {
  const fact = await containerKind(host)
  return [{ os: { container: fact } }]
}

async function containerKind(host: Host): Promise<Fact<string>> {
  for (const [path, kind] of [
    ['/run/.containerenv', 'podman'],
    ['/.dockerenv', 'docker'],
  ] as const) {
    if ((await host.may(path, 'r')) !== null) return known(kind, cite(sourceAt(host, path), 'is there'))
  }
  const named = host.environment.container
  if (named !== undefined && /^[\w.-]{1,40}$/.test(named))
    return known(named, cite({ name: 'environment' }, `container=${named}`))
  const groups = (await host.readText('/proc/1/cgroup')) ?? ''
  const line = /^.*\/(docker|kubepods|lxc|containerd)[./-].*$/m.exec(groups)
  if (line)
    return known(
      line[1] === 'kubepods' ? 'kubernetes' : (line[1] ?? 'container'),
      cite(sourceAt(host, '/proc/1/cgroup'), line[0]),
    )
  return unknown('no sign of a container')
}

async function virtualMachine(host: Host): Promise<Reading[]> {
  const readings = await ask(host, ['systemd-detect-virt', '--vm'], (text, source) => {
    const kind = text.trim().split('\n')[0] ?? ''
    return {
      os: {
        virtualization: factFrom(
          source,
          kind,
          kind === 'none' || kind === '' ? null : kind,
          'no sign of a virtual machine',
        ),
      },
    }
  })
  if (readings.length > 0) return readings
  const cpuinfo = (await host.readText('/proc/cpuinfo')) ?? ''
  const product = await word(host, '/sys/class/dmi/id/product_name')
  const virtual = /^flags\s*:.*\bhypervisor\b/m.test(cpuinfo)
  const source = sourceAt(host, '/proc/cpuinfo')
  return [
    {
      os: {
        virtualization: factFrom(
          source,
          'hypervisor',
          virtual ? (product ?? 'unknown hypervisor') : null,
          'no sign of a virtual machine',
        ),
      },
    },
  ]
}

async function secureBoot(host: Host): Promise<Reading[]> {
  const directory = '/sys/firmware/efi/efivars'
  const name = ((await host.list(directory)) ?? []).find((entry) => entry.startsWith('SecureBoot-'))
  if (name === undefined) return [{ os: { secureBoot: unknown('the firmware does not tell it here') } }]
  // Four bytes of attributes, then 0 or 1.
  const text = await host.readText(`${directory}/${name}`)
  const on = text?.codePointAt(text.length - 1) === 1
  return text === null ? [] : [{ os: { secureBoot: known(on, cite(sourceAt(host, `${directory}/${name}`))) } }]
}

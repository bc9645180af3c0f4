import { join } from 'node:path'
import { directoriesOf } from '../../core/directories.ts'
import { known } from '../fact.ts'
import type { Host } from '../host/host.ts'
import { readDf } from '../probes/df.ts'
import { deviceOfType, readMountinfo } from '../probes/disks.ts'
import { readLsblk } from '../probes/lsblk.ts'
import { cite, type FilesystemReading, type Reading } from '../reading.ts'
import type { Machine } from '../schema.ts'
import { ask, askFile, type Probe, sourceAt } from './probe.ts'

const columns = 'NAME,PKNAME,TYPE,FSTYPE,MOUNTPOINT,ROTA,MODEL,VENDOR,TRAN,RO'

/**
 * Filesystems with their type, space and device, and where things would land. A network mount that is gone hangs whoever asks for
 * its space: those are asked one by one, each with its own limit.
 */
export const filesystems: Probe = async (host) => {
  const [mounts, blocks] = await Promise.all([
    askFile(host, '/proc/self/mountinfo', readMountinfo),
    ask(host, ['lsblk', '-J', '-b', '-o', columns], readLsblk),
  ])
  const all = mounts.flatMap((reading) => reading.filesystems ?? [])
  const locations = await locate(host, all)
  const wanted = new Set(Object.values(locations).map((fact) => fact.value))
  // A container's single files that are mounted from outside (/etc/hosts) are no places.
  const shown = all.filter(
    (mount) => wanted.has(mount.mount) || !/^\/(etc|boot|run|var\/lib\/(docker|containers))\//.test(mount.mount),
  )
  const spaces = await Promise.all(
    [...local(shown), ...remote(shown)].map((paths) =>
      ask(host, ['df', '-P', '-B1', ...paths], readDf, { timeLimitMilliseconds: 3000 }),
    ),
  )
  return [
    { filesystems: onlyShown(blocks, shown) },
    { filesystems: onlyShown(spaces.flat(), shown) },
    { filesystems: shown, locations },
    ...problems(spaces.flat()),
  ]
}

function problems(readings: readonly Reading[]): Reading[] {
  return readings.flatMap((reading) => (reading.problems ? [{ problems: reading.problems }] : []))
}

function onlyShown(readings: readonly Reading[], shown: readonly FilesystemReading[]): FilesystemReading[] {
  const mounts = new Set(shown.map((entry) => entry.mount))
  return readings.flatMap((reading) => reading.filesystems ?? []).filter((entry) => mounts.has(entry.mount))
}

const isRemote = (entry: FilesystemReading) => ['network', 'fuse'].includes(deviceOfType(entry.type?.value ?? '') ?? '')

function local(mounts: readonly FilesystemReading[]): string[][] {
  const paths = mounts.filter((entry) => !isRemote(entry)).map((entry) => entry.mount)
  return paths.length === 0 ? [] : [paths.slice(0, 40)]
}

function remote(mounts: readonly FilesystemReading[]): string[][] {
  return mounts
    .filter(isRemote)
    .slice(0, 8)
    .map((entry) => [entry.mount])
}

/** The mount point under each place: the longest that the real path of the nearest existing folder begins with. */
async function locate(host: Host, mounts: readonly FilesystemReading[]): Promise<Partial<Machine['locations']>> {
  const { environment } = host
  const home = environment.HOME ?? '/root'
  const directories = directoriesOf(environment)
  const cache = environment.XDG_CACHE_HOME?.startsWith('/') ? environment.XDG_CACHE_HOME : join(home, '.cache')
  const places = {
    root: '/',
    home,
    data: directories.data,
    cache: directories.cache,
    modelCache: environment.HF_HUB_CACHE ?? join(environment.HF_HOME ?? join(cache, 'huggingface'), 'hub'),
    images: host.uid === 0 ? '/var/lib/docker' : join(home, '.local/share/containers'),
    temporary: environment.TMPDIR ?? '/tmp',
  }
  const entries = await Promise.all(
    Object.entries(places).map(async ([name, path]) => {
      const real = await nearest(host, path)
      const mount = mounts
        .map((entry) => entry.mount)
        .filter((candidate) => candidate === '/' || real === candidate || real.startsWith(`${candidate}/`))
        .toSorted((a, b) => b.length - a.length)[0]
      return [
        name,
        mount === undefined ? null : known(mount, cite(sourceAt(host, '/proc/self/mountinfo'), path)),
      ] as const
    }),
  )
  return Object.fromEntries(entries.filter(([, fact]) => fact !== null))
}

async function nearest(host: Host, path: string): Promise<string> {
  for (let here = path; here !== '/' && here !== '.' && here !== ''; here = join(here, '..')) {
    const real = await host.realPath(here)
    if (real !== null) return real
  }
  return '/'
}

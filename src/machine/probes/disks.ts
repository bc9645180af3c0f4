import { known } from '../fact.ts'
import { linesOf } from '../lines.ts'
import { cite, type FilesystemReading, factFrom, type Reading, type Source } from '../reading.ts'
import type { Filesystem } from '../schema.ts'
import { unescapeOctal } from './meminfo.ts'

type DeviceKind = NonNullable<Filesystem['device']['value']>

const network =
  /^(nfs\d?|cifs|smb\w*|ceph|lustre|gpfs|beegfs|9p|drvfs|glusterfs|afs|ocfs2|virtiofs|fuse\.(sshfs|s3fs|gcsfuse|rclone|glusterfs|ceph\S*|juicefs|goofys|nfs))$/
const pseudo =
  /^(proc|sysfs|cgroup2?|cgroupfs|devpts|devtmpfs|mqueue|debugfs|tracefs|securityfs|pstore|bpf|configfs|fusectl|hugetlbfs|autofs|binfmt_misc|efivarfs|rpc_pipefs|nsfs|selinuxfs|squashfs|ramfs|fuse\.(lxcfs|gvfsd-fuse|portal|snapfuse))$/

/** The device that a filesystem type implies, whatever the disk is; null where the disk decides. */
export function deviceOfType(type: string): DeviceKind | null {
  if (network.test(type)) return 'network'
  if (/^fuse/.test(type)) return 'fuse'
  if (/^(tmpfs|ramfs)$/.test(type)) return 'memory'
  if (/^(overlay|aufs)$/.test(type)) return 'virtual'
  return null
}

/** `filer:/models` and `//server/share` lie on another machine; null for everything else. */
export function deviceOfSource(source: string): DeviceKind | null {
  return /^(\/\/[^/]+\/|[\w.-]+:\/|\[[0-9a-f:]+\]:\/)/i.test(source) ? 'network' : null
}

/** True for filesystems of the kernel's own that hold no files of people, and for mounted packages. */
export function isPseudo(type: string, mount: string): boolean {
  return (
    pseudo.test(type) ||
    // The root of a running container, wherever docker or podman keeps its own.
    /\/overlay2?\/[0-9a-f]{64}\/merged$/.test(mount) ||
    /^\/(proc|sys|dev|snap|run\/(user|lock|credentials|snapd|containerd|netns|docker)|var\/lib\/(kubelet\/pods|docker\/overlay2|containers\/storage\/overlay))(\/|$)/.test(
      mount,
    )
  )
}

/** Reads /proc/self/mountinfo (proc(5)). The last mount over a path is the one that counts. */
export function readMountinfo(text: string, source: Source): Reading {
  const filesystems = linesOf(text).flatMap((line): FilesystemReading[] => {
    const match = /^\d+ \d+ \d+:\d+ \S+ (\S+) (\S+) .*?- (\S+) (\S+) (\S*)/.exec(line)
    if (!match) return []
    const [, mount = '', options = '', type = '', device = '', superOptions = ''] = match
    return mountedFilesystem(
      source,
      line,
      unescapeOctal(mount),
      unescapeOctal(device),
      type,
      `${options},${superOptions}`,
    )
  })
  return { filesystems: filesystems.toReversed() }
}

/** A mount as one source tells it; none where it is one of the kernel's own. A type of null is not told. */
export function mountedFilesystem(
  source: Source,
  line: string,
  mount: string,
  device: string,
  type: string | null,
  options: string,
): FilesystemReading[] {
  if (isPseudo(type ?? device, mount)) return []
  const kind = deviceOfType(type ?? '') ?? deviceOfSource(device)
  return [
    {
      mount,
      source: factFrom(source, line, device === '' ? null : device),
      type: factFrom(source, line, type),
      readOnly: known(options.split(',').includes('ro'), cite(source, line)),
      ...(kind === null ? {} : { device: known(kind, cite(source, line)) }),
    },
  ]
}

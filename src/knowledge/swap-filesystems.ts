/** Why no swap file may lie on filesystems of these types. Sources: swapon(8) "Files with holes", mount.ntfs-3g(8), OpenZFS FAQ. */
const unsuitable: readonly (readonly [RegExp, string])[] = [
  [
    /^(ntfs|fuse|exfat|vfat|msdos)/,
    'A swap file there goes through a driver that needs memory itself; when memory is short the machine deadlocks.',
  ],
  [/^zfs$/, 'ZFS has no swap files, and its swap volumes deadlock under pressure.'],
  [/^(overlay|aufs|squashfs|tmpfs|ramfs|devtmpfs)/, 'It has no blocks of its own on a disk.'],
  [/^(nfs|cifs|smb|9p|virtiofs|ceph|glusterfs|lustre)/, 'It lies on the network, which needs memory to be reached.'],
]

/** Why a filesystem of that type (`ntfs3`) cannot hold a swap file, in a sentence; null where it can. */
export function unfitForSwap(type: string): string | null {
  return unsuitable.find(([pattern]) => pattern.test(type))?.[1] ?? null
}

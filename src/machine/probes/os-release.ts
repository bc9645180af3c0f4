import { linesOf } from '../lines.ts'
import { textFact } from '../read-value.ts'
import { factFrom, type Reading, type Source } from '../reading.ts'

const packageManagers: readonly (readonly [RegExp, string])[] = [
  [/^(debian|ubuntu|linuxmint|raspbian|kali|pop|armbian)$/, 'apt'],
  [
    /^(fedora|rhel|centos|rocky|almalinux|ol|amzn|cloudlinux|scientific|openeuler|anolis|alinux|opencloudos|tencentos)$/i,
    'dnf',
  ],
  [/^(azurelinux|mariner)$/, 'tdnf'],
  [/^(opensuse.*|sles?|sles_sap|suse)$/, 'zypper'],
  [/^(arch|manjaro|steamos)$/, 'pacman'],
  [/^alpine$/, 'apk'],
  [/^nixos$/, 'nix'],
  [/^gentoo$/, 'portage'],
]

/** Systems whose /etc and /usr are not to be edited, by their id or variant. */
const immutable =
  /^(nixos|guix|coreos|fcos|flatcar|rhcos|steamos|bazzite|silverblue|kinoite|sericea|onyx|aurora|bluefin|ublue.*|openelec|libreelec|bottlerocket|talos|haos|microos|opensuse-microos|endless|vanilla|ubuntu-core|cos)$/

/** Reads os-release (os-release(5): shell-like assignments); nothing in it is run. */
export function readOsRelease(text: string, source: Source): Reading {
  const fields = new Map<string, { value: string; line: string }>()
  for (const line of linesOf(text)) {
    const match = /^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)=(.*)$/.exec(line)
    if (match) fields.set(match[1] ?? '', { value: unquote(match[2] ?? ''), line })
  }
  if (!['ID', 'NAME', 'PRETTY_NAME', 'VERSION_ID'].some((name) => fields.has(name))) return {}
  const fact = (...names: string[]) => {
    const field = names.map((name) => fields.get(name)).find(Boolean)
    return textFact(source, field?.line, field?.value)
  }
  const id = fields.get('ID')
  const like = fields.get('ID_LIKE')
  const family = [id?.value ?? '', ...(like?.value ?? '').split(/\s+/)].filter((word) => word !== '')
  const newest = family.flatMap((word) =>
    packageManagers.filter(([pattern]) => pattern.test(word)).map(([, name]) => name),
  )[0]
  const manager = newest === 'dnf' && hasYum(id?.value ?? '', fields.get('VERSION_ID')?.value ?? '') ? 'yum' : newest
  const variant = fields.get('VARIANT_ID')
  const fixed =
    [id?.value ?? '', variant?.value ?? ''].some((word) => immutable.test(word)) || fields.has('OSTREE_VERSION')
  return {
    os: {
      // The specification: ID defaults to `linux`.
      id: id ? textFact(source, id.line, id.value) : factFrom<string>(source, undefined, 'linux'),
      idLike: factFrom(source, like?.line, like ? like.value.split(/\s+/) : null, 'os-release has no ID_LIKE'),
      // Rolling systems (Arch, Debian testing, NixOS unstable) have none.
      version: fact('VERSION_ID'),
      name: fact('PRETTY_NAME', 'NAME'),
      packageManager: factFrom(
        source,
        id?.line,
        manager ?? null,
        'the system is not one whose package manager rigup knows',
      ),
      immutable: factFrom(source, variant?.line ?? id?.line, fixed),
    },
  }
}

/** dnf came with Fedora 22, with version 8 of Red Hat’s family, and with Amazon Linux 2023. */
function hasYum(id: string, version: string): boolean {
  const major = Number.parseInt(version, 10)
  if (id === 'amzn') return major < 2022
  return id === 'fedora' ? major < 22 : major < 8
}

function unquote(value: string): string {
  const trimmed = value.trim()
  const match = /^(["'])(.*)\1$/.exec(trimmed)
  return match ? (match[2] ?? '').replace(/\\(["'$`\\])/g, '$1') : trimmed
}

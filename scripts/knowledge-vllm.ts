// Generates src/knowledge/vllm/data from the releases' own wheels: which flag, variable, quantization method and architecture
// exists in which release, and what each release was built for. Wheels come through pip, so its index, mirror and certificate
// are used; one at a time, and each is deleted after it was read.
//
//   npm run knowledge:vllm                 every release that is not in the data yet, and the newest one again
//   npm run knowledge:vllm -- --all        every release again
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import * as z from 'zod'
import { compareVersions, minorOf } from '../src/knowledge/vllm/version.ts'

const oldestMinor = '0.6'
/** Read beside the last patches: the first release without the V0 engine, whose variable 0.11.2 no longer has. */
const extraReleases = ['0.11.0']
const python = process.env.PYTHON ?? 'python3'
const data = join(import.meta.dirname, '../src/knowledge/vllm/data')
const reader = join(import.meta.dirname, 'knowledge-vllm/read_release.py')

const releaseSchema = z.object({
  built: z.string(),
  requirements: z.object({ python: z.string(), torch: z.string().nullable(), transformers: z.string().nullable() }),
  cuda: z.number().nullable(),
  capabilities: z.array(z.string()),
  flags: z.array(z.string()).min(100),
  variables: z.array(z.string()).min(10),
  quantization: z.array(z.string()).min(5),
  deprecatedQuantization: z.array(z.string()),
  architectures: z.array(z.string()).min(50),
  withoutPipelines: z.array(z.string()),
  methods: z.record(z.string(), z.object({ capability: z.number().nullable(), dtypes: z.array(z.string()) })),
})
type Release = z.infer<typeof releaseSchema> & { version: string; wheel: string; wheelBytes: number }
const nameKinds = [
  'flags',
  'variables',
  'quantization',
  'deprecatedQuantization',
  'architectures',
  'withoutPipelines',
] as const

/** The last patch of every minor release from 0.6 on, and the extra ones, oldest first. */
async function releasesOnIndex(): Promise<string[]> {
  const { stdout } = await execa(python, ['-m', 'pip', 'index', 'versions', 'vllm'], { timeout: 120_000 })
  const listed = /Available versions: (.*)/.exec(stdout)?.[1]?.split(', ') ?? []
  const last = new Map<string, string>()
  for (const version of listed.filter((one) => compareVersions(one, oldestMinor) >= 0)) {
    const known = last.get(minorOf(version))
    if (known === undefined || compareVersions(version, known) > 0) last.set(minorOf(version), version)
  }
  return [...last.values(), ...extraReleases].sort(compareVersions)
}

async function readRelease(version: string): Promise<Release> {
  const folder = await mkdtemp(join(tmpdir(), 'knowledge-vllm-'))
  try {
    const download = ['download', '--quiet', '--no-deps', '--no-cache-dir', '--only-binary', ':all:', '--dest', folder]
    await execa(python, ['-m', 'pip', ...download, `vllm==${version}`], { timeout: 600_000 })
    const [wheel] = await readdir(folder)
    if (wheel === undefined) throw new Error(`pip downloaded nothing for vllm ${version}`)
    const { size } = await stat(join(folder, wheel))
    const { stdout } = await execa(python, [reader, join(folder, wheel)], { timeout: 120_000, maxBuffer: 64e6 })
    return { ...releaseSchema.parse(JSON.parse(stdout)), version, wheel, wheelBytes: size }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Each name with the stretches of releases that have it: `"--swap-space": ["0.6.6.post1", "0.17.1"]`, two entries a stretch. */
function stretches(releases: readonly Release[], kind: (typeof nameKinds)[number]): Record<string, string[]> {
  const names = [...new Set(releases.flatMap((release) => release[kind]))].sort()
  const entries = names.map((name) => {
    const ends: string[] = []
    let open = false
    for (const release of releases) {
      const has = release[kind].includes(name)
      if (has && !open) ends.push(release.version, release.version)
      else if (has) ends[ends.length - 1] = release.version
      open = has
    }
    return [name, ends] as const
  })
  return Object.fromEntries(entries)
}

/** A release as the data had it, from the stretches of its names. */
async function knownReleases(): Promise<Release[]> {
  const text = await readFile(join(data, 'releases.json'), 'utf8').catch(() => null)
  if (text === null) return []
  const stored = JSON.parse(text) as { releases: Omit<Release, (typeof nameKinds)[number]>[] }
  const tables = await Promise.all(
    nameKinds.map(async (kind) => {
      const table = JSON.parse(await readFile(join(data, `${kebab(kind)}.json`), 'utf8')) as Record<string, string[]>
      return [kind, table] as const
    }),
  )
  return stored.releases.map((release) => {
    const names = tables.map(([kind, table]) => {
      const present = Object.entries(table).filter(([, ends]) => inStretches(release.version, ends))
      return [kind, present.map(([name]) => name)] as const
    })
    return { ...release, ...(Object.fromEntries(names) as Record<(typeof nameKinds)[number], string[]>) }
  })
}

function inStretches(version: string, ends: readonly string[]): boolean {
  return ends.some(
    (first, index) =>
      index % 2 === 0 &&
      compareVersions(version, first) >= 0 &&
      compareVersions(version, ends[index + 1] ?? first) <= 0,
  )
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** JSON with one entry a line, so that a new release is a readable difference. */
function lines(table: Record<string, unknown>): string {
  return `{\n${Object.entries(table)
    .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
    .join(',\n')}\n}\n`
}

async function main(): Promise<void> {
  const all = process.argv.includes('--all')
  const versions = await releasesOnIndex()
  const known = new Map(all ? [] : (await knownReleases()).map((release) => [release.version, release]))
  const releases: Release[] = []
  for (const version of versions) {
    const kept = version === versions.at(-1) ? undefined : known.get(version)
    const release = kept ?? (await readRelease(version))
    releases.push(release)
    const counts = nameKinds.map((kind) => `${release[kind].length} ${kind}`).join(', ')
    console.log(`${version}${kept ? ' (known)' : ''}: ${counts}; capabilities ${release.capabilities.join(' ')}`)
  }
  const facts = releases.map((release) => {
    const { version, wheel, wheelBytes, built, requirements, cuda, capabilities, methods } = release
    return { version, built, wheel, wheelBytes, cuda, capabilities, requirements, methods }
  })
  const generated = new Date().toISOString().slice(0, 10)
  const rows = facts.map((fact) => JSON.stringify(fact)).join(',\n')
  await writeFile(join(data, 'releases.json'), `{"generated":"${generated}","releases":[\n${rows}\n]}\n`)
  for (const kind of nameKinds) await writeFile(join(data, `${kebab(kind)}.json`), lines(stretches(releases, kind)))
}

await main()

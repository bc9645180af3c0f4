import { availableParallelism } from 'node:os'
import { type Fact, known, unknown } from '../fact.ts'
import type { Host } from '../host/host.ts'
import { cite } from '../reading.ts'
import type { Tool } from '../schema.ts'
import { containerTools } from './container-tools.ts'
import { findProgram, type Probe, sourceAt } from './probe.ts'
import { installedVllm } from './python-packages.ts'

/** Programs whose version is a cheap question, with the words that ask it. */
const questions: readonly (readonly [string, readonly string[]])[] = [
  ['uv', ['--version']],
  ['git', ['--version']],
  ['gcc', ['--version']],
  ['nvcc', ['--version']],
  ['ninja', ['--version']],
  ['cmake', ['--version']],
  ['earlyoom', ['-v']],
  ['systemd', ['--version']],
  ['nvidia-ctk', ['--version']],
  ['ollama', ['--version']],
  ['llama-server', ['--version']],
  ...['python3', ...[8, 9, 10, 11, 12, 13, 14].map((minor) => `python3.${minor}`)].map(
    (name) => [name, ['--version']] as const,
  ),
]

/** Names under which people know a program, where it is another than the file's. */
const programs: Readonly<Record<string, string>> = { systemd: 'systemctl' }
const shownAs: Readonly<Record<string, string>> = { 'nvidia-ctk': 'nvidia-container-toolkit' }

/** Which tools are there, with path and version. No Python package is imported: what is broken cannot crash the detection. */
export const tools: Probe = async (host) => {
  const [asked, ...others] = await Promise.all([
    askInLanes(host, questions),
    conda(host),
    containerTools(host),
    installedVllm(host),
  ])
  return [{ tools: [...asked, ...others.flat()] }]
}

/**
 * As many questions at once as there are processors: twenty programs that start together would hold up the slowest probe, which is
 * one program of half a second.
 */
async function askInLanes(host: Host, all: typeof questions): Promise<Tool[]> {
  const found: Tool[][] = all.map(() => [])
  const waiting = all.entries()
  const lane = async () => {
    for (const [position, [name, words]] of waiting) found[position] = await tool(host, name, words)
  }
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, lane))
  return found.flat()
}

async function tool(host: Host, name: string, words: readonly string[]): Promise<Tool[]> {
  const path = await findProgram(host, programs[name] ?? name)
  if (path === null) return []
  const shown = shownAs[name] ?? name
  const where: Fact<string> = known(path, cite(sourceAt(host, 'PATH'), path))
  const shim = await pyenvVersion(host, name, path)
  if (shim) return [shim]
  const argv = [path, ...words]
  const result = await host.run(argv, { timeLimitMilliseconds: 5000 })
  const source = sourceAt(host, argv.join(' '))
  if (result.kind !== 'ended') {
    return [
      {
        name: shown,
        path: where,
        version: unknown(result.kind === 'hung' ? 'it did not answer' : 'it could not be started'),
      },
    ]
  }
  const line = `${result.stdout}\n${result.stderr}`.split('\n').find((candidate) => versionIn(candidate) !== null)
  const version = line === undefined ? null : versionIn(line)
  // A shim (pyenv, asdf) that stands for a version which is not installed.
  if (version === null && result.code !== 0) {
    return [
      {
        name: shown,
        path: where,
        version: unknown(`it ends with exit code ${result.code}`, cite(source, result.stderr.split('\n')[0])),
        note: 'does not run',
      },
    ]
  }
  return [
    {
      name: shown,
      path: where,
      version:
        version === null ? unknown('it prints no version', cite(source, line)) : known(version, cite(source, line)),
    },
  ]
}

/** pyenv's shims are shell scripts that take a tenth of a second each; its folder of versions says the same at once. */
async function pyenvVersion(host: Host, name: string, path: string): Promise<Tool | null> {
  const root = /^(.*)\/shims\/python3\.\d+$/.exec(path)?.[1]
  if (root === undefined) return null
  const minor = name.replace('python', '')
  const versions = ((await host.list(`${root}/versions`)) ?? []).filter((version) => version.startsWith(`${minor}.`))
  const newest = versions.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)
  if (newest === undefined) return null
  const source = sourceAt(host, `${root}/versions`)
  return {
    name,
    path: known(`${root}/versions/${newest}/bin/${name}`, cite(source, newest)),
    version: known(newest, cite(source, newest)),
  }
}

function versionIn(line: string): string | null {
  const release = /release (\d+\.\d+)/.exec(line)?.[1]
  // llama-server since 2026-09: `version: 0.4.0-dev (build 10827, commit d03efa5d5)`; the build is what a release is called after.
  const build = /^version: .*\(build (\d+),/.exec(line)?.[1]
  return (
    release ??
    build ??
    /\b[bv]?(\d+\.\d+(?:\.\d+)*)\b/.exec(line)?.[1] ??
    /^version: (\d+)/.exec(line)?.[1] ??
    /^systemd (\d+)/.exec(line)?.[1] ??
    null
  )
}

/** conda takes half a second to say its version; its folder says it at once. */
async function conda(host: Host): Promise<Tool[]> {
  const home = host.environment.HOME ?? '/root'
  const executable = host.environment.CONDA_EXE ?? (await findProgram(host, 'conda'))
  const prefixes = [
    executable?.replace(/\/(bin|condabin)\/conda$/, ''),
    ...['miniconda3', 'anaconda3', 'miniforge3', 'mambaforge'].flatMap((name) => [`${home}/${name}`, `/opt/${name}`]),
    '/opt/conda',
  ].filter((prefix) => prefix !== undefined)
  for (const prefix of new Set(prefixes)) {
    const packages = await host.list(`${prefix}/conda-meta`)
    if (packages === null) continue
    const record = packages.find((name) => /^conda-\d.*\.json$/.test(name))
    const version = /^conda-(\d[\w.]*)-/.exec(record ?? '')?.[1] ?? null
    const source = sourceAt(host, `${prefix}/conda-meta`)
    return [
      {
        name: 'conda',
        path: known(prefix, cite(source, prefix)),
        version:
          version === null
            ? unknown('its folder does not name it', cite(source))
            : known(version, cite(source, record)),
      },
    ]
  }
  return []
}

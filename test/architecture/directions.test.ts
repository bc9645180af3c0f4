import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** Which folders a folder may import from; `types:` where only types may be taken. Downwards only. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  machine: ['core', 'knowledge'],
  knowledge: ['core', 'types:diagnosis', 'types:log'],
  recipe: ['core', 'types:knowledge'],
  log: ['core', 'knowledge'],
  diagnosis: ['core', 'knowledge', 'log', 'types:recipe'],
  models: ['core', 'knowledge'],
  advice: ['core', 'machine', 'knowledge', 'recipe'],
  plan: ['core', 'machine', 'knowledge', 'recipe'],
  run: ['core', 'machine', 'recipe', 'plan'],
  launch: ['core', 'knowledge', 'log', 'recipe', 'plan', 'run'],
  export: ['core', 'machine', 'knowledge', 'recipe', 'plan'],
  ui: ['core', 'log', 'types:advice', 'types:plan', 'types:run', 'types:diagnosis'],
  steps: ['core', 'machine', 'knowledge', 'recipe', 'advice', 'plan', 'run', 'launch', 'diagnosis', 'log', 'ui'],
  wizard: [
    'core',
    'machine',
    'knowledge',
    'recipe',
    'advice',
    'plan',
    'run',
    'launch',
    'diagnosis',
    'log',
    'ui',
    'steps',
  ],
  services: [
    'core',
    'machine',
    'knowledge',
    'models',
    'recipe',
    'advice',
    'plan',
    'run',
    'launch',
    'export',
    'diagnosis',
    'log',
    'steps',
  ],
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
}

/** The folder that a file belongs to: `steps`, or the one below `src`. */
function folderOf(path: string): string {
  const parts = relative(root, path).split('/')
  return parts[0] === 'src' ? (parts[1] ?? '') : (parts[0] ?? '')
}

type Import = { path: string; folder: string; isType: boolean; line: string }

function importsOf(path: string): Import[] {
  const text = readFileSync(path, 'utf8')
  const found = text.matchAll(/^(?:import|export)\s+(type\s+)?[^'"]*?from\s+'([^']+)'/gms)
  return [...found].flatMap(([line, type, target = '']) => {
    const absolute = target.startsWith('#')
      ? join(root, target.slice(1))
      : target.startsWith('.')
        ? join(path, '..', target)
        : null
    return absolute === null
      ? []
      : [
          {
            path: absolute,
            folder: folderOf(absolute),
            isType: type !== undefined,
            line: `${relative(root, path)}: ${line.replaceAll('\n', ' ')}`,
          },
        ]
  })
}

test.each(Object.keys(mayImport))('%s imports only from below', (folder) => {
  const allowed = mayImport[folder] ?? []
  const wrong = sources(folder === 'steps' ? 'steps' : `src/${folder}`).flatMap((path) =>
    importsOf(path)
      .filter((found) => found.folder !== folder && !allowed.includes(found.folder))
      .filter((found) => !(found.isType && allowed.includes(`types:${found.folder}`)))
      .map(({ line }) => line),
  )
  expect(wrong).toEqual([])
})

test('every folder of src is in the table', () => {
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'commands')
    .map(({ name }) => name)
  expect(folders.filter((name) => !(name in mayImport))).toEqual([])
})

/** A way from a file back to itself; null where there is none. */
function circleThrough(start: string, imports: ReadonlyMap<string, readonly string[]>): string[] | null {
  const cameFrom = new Map<string, string>()
  const waiting = [start]
  for (const path of waiting) {
    for (const next of imports.get(path) ?? []) {
      if (next === start) {
        const way = [path]
        for (let at = path; at !== start; at = cameFrom.get(at) ?? start) way.unshift(cameFrom.get(at) ?? start)
        return way.map((each) => relative(root, each))
      }
      if (cameFrom.has(next)) continue
      cameFrom.set(next, path)
      waiting.push(next)
    }
  }
  return null
}

test('no file imports itself by way of others', () => {
  const files = [...sources('src'), ...sources('steps')]
  const imports = new Map(files.map((path) => [path, importsOf(path).map((found) => found.path)]))
  expect(files.map((path) => circleThrough(path, imports)).find((circle) => circle !== null) ?? []).toEqual([])
})

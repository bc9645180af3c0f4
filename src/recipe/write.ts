import { Document, isMap, isScalar, type Pair, type Scalar, YAMLMap } from 'yaml'
import { wrapWords } from '../core/wrap-words.ts'
import { type FieldPath, fieldOf } from './fields.ts'
import type { Recipe } from './schema/recipe.ts'

/** Comments by field: each becomes the lines above that field. */
export type FieldComments = Readonly<Record<FieldPath, readonly string[]>>

// The order of the file: what an operator looks for first stands first.
const order: Readonly<Record<string, readonly string[]>> = {
  '': [
    'rigup',
    'name',
    'description',
    'machine',
    'model',
    'workload',
    'engine',
    'packages',
    'quantization',
    'layout',
    'memory',
    'server',
    'install',
    'measured',
  ],
}

const heading = [
  ' A rigup recipe: what was chosen, and why. It holds no secrets.',
  ' The same again, here or on the next machine:  rigup apply THIS-FILE',
].join('\n')

/** The recipe as YAML with comments. The same recipe and comments give the same bytes. */
export function recipeText(recipe: Recipe, comments: FieldComments = {}): string {
  const document = new Document(sorted(withoutEmpty(recipe), ''))
  document.commentBefore = heading
  if (isMap(document.contents)) annotate(document.contents, '', comments)
  return document.toString({ lineWidth: 0, indent: 2, flowCollectionPadding: false })
}

/** Sections and fields that say nothing (undefined, empty lists and maps) are left out; null is kept, it is an answer. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .map(([key, item]) => [key, withoutEmpty(item)] as const)
    .filter(([, item]) => item !== undefined && !isEmpty(item))
  return Object.fromEntries(entries)
}

function isEmpty(value: unknown): boolean {
  // An empty list of GPUs means the CPU, so lists stay; empty maps say nothing.
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
}

function sorted(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const known = order[path]
  const keys = Object.keys(value)
  // Sections have the schema's order (zod keeps it); free maps are sorted.
  if (known) keys.sort((a, b) => known.indexOf(a) - known.indexOf(b))
  else if (path === 'server.environment' || path === 'server.arguments') keys.sort()
  return Object.fromEntries(keys.map((key) => [key, sorted(fieldOf(value, key), path ? `${path}.${key}` : key)]))
}

function annotate(map: YAMLMap, path: string, comments: FieldComments): void {
  for (const pair of map.items as Pair[]) {
    if (!isScalar(pair.key)) continue
    const key: Scalar = pair.key
    const field = path ? `${path}.${String(key.value)}` : String(key.value)
    const lines = comments[field]?.flatMap((line) => wrapWords(line, 100))
    if (lines && lines.length > 0) key.commentBefore = lines.map((line) => ` ${line}`).join('\n')
    if (path === '' && pair.value instanceof YAMLMap) key.spaceBefore = true
    if (pair.value instanceof YAMLMap) annotate(pair.value, field, comments)
  }
}

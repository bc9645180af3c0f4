/** A dotted path into a recipe: `layout.maxModelLen`, `server.environment.NCCL_P2P_DISABLE`. */
export type FieldPath = string

type Tree = { [key: string]: unknown }

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// Paths come from recipes and command lines: nothing of theirs may reach an object's prototype.
const forbidden = new Set(['__proto__', 'prototype', 'constructor'])

/** The value at a path; undefined where there is none. */
export function fieldOf(tree: unknown, path: FieldPath): unknown {
  let value: unknown = tree
  for (const key of path.split('.')) {
    if (!isTree(value) || !Object.hasOwn(value, key)) return undefined
    value = value[key]
  }
  return value
}

/** What was said for a field, where it is text. */
export function textFor(fields: Readonly<Record<FieldPath, unknown>>, path: FieldPath): string | undefined {
  const value = fields[path]
  return typeof value === 'string' ? value : undefined
}

/** A copy of the tree with the value at a path set; `null` at the end of a path that held an optional value removes nothing, `undefined` removes. */
function withField<T>(tree: T, path: FieldPath, value: unknown): T {
  const [key, ...rest] = path.split('.')
  if (key === undefined || forbidden.has(key)) return tree
  const copy: Tree = isTree(tree) ? { ...tree } : {}
  if (rest.length > 0) copy[key] = withField(isTree(copy[key]) ? copy[key] : {}, rest.join('.'), value)
  else if (value === undefined) delete copy[key]
  else copy[key] = value
  return copy as T
}

/** A copy of the tree with several fields set, in order. */
export function withFields<T>(tree: T, fields: Readonly<Record<FieldPath, unknown>>): T {
  return Object.entries(fields).reduce((result, [path, value]) => withField(result, path, value), tree)
}

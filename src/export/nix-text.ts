/** A value of the Nix language; an expression is written as it is. */
export type NixValue =
  | string
  | number
  | boolean
  | readonly NixValue[]
  | { readonly expression: string }
  | { readonly [name: string]: NixValue }

/** A string of the Nix language in which nothing is filled in. */
function nixString(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('${', '\\${')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
  return `"${escaped}"`
}

/** Writes a value as Nix, with the lines of attribute sets and lists below each other. */
export function nixText(value: NixValue, indent = ''): string {
  if (typeof value === 'string') return nixString(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const inner = `${indent}  `
  if (isList(value)) {
    if (value.length === 0) return '[ ]'
    return `[\n${value.map((item) => `${inner}${nixText(item, inner)}\n`).join('')}${indent}]`
  }
  if (isExpression(value)) return value.expression
  const lines = Object.entries(value).map(([name, item]) => `${inner}${attribute(name)} = ${nixText(item, inner)};\n`)
  return lines.length === 0 ? '{ }' : `{\n${lines.join('')}${indent}}`
}

function isList(value: NixValue): value is readonly NixValue[] {
  return Array.isArray(value)
}

function isExpression(value: object): value is { readonly expression: string } {
  return 'expression' in value
}

/** A name; one with other characters, a dot too, stands in quotes. */
function attribute(name: string): string {
  return /^[A-Za-z_][\w'-]*$/.test(name) ? name : nixString(name)
}

/** One setting of a module, by the names that lead to it. */
export type NixSetting = { readonly path: readonly string[]; readonly value: NixValue }

/** The settings of a module as one attribute set: `services.ollama = { ... };`. */
export function nixModule(settings: readonly NixSetting[]): string {
  const lines = settings.map(({ path, value }) => `  ${path.map(attribute).join('.')} = ${nixText(value, '  ')};\n`)
  return `{\n${lines.join('')}}`
}

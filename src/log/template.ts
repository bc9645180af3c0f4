/**
 * A message as its program writes it, with placeholders for what varies:
 * `{}` any text or none, `{name}` any text, `{name:n}` a number, `{name:w}` one word or path.
 * A space stands for any white space, a quote for any quote or backtick; letters match in either case.
 * `^` at the begin and `$` at the end hold it to the message's ends.
 */
export type Template = string

export type CompiledTemplate = {
  readonly pattern: RegExp
  /** The beginning of the longest fixed piece: a line without it cannot match. */
  readonly literal: string
}

/** More of a literal tells no more and makes a gate larger. */
const tellingLength = 20

const placeholder = /\{(?:(?<name>[a-zA-Z]\w*)(?::(?<kind>[nw]))?)?\}/g

const kinds: Readonly<Record<string, string>> = {
  n: String.raw`-?\d[\d,._]*(?<![,._])`,
  w: '[^\\s\'"`,;()]+',
  '': '.{1,400}?',
}

function fixed(text: string): string {
  return text
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replace(/ +/g, '\\s+')
    .replace(/['"`]/g, '\\\\?[\'"`’‘]')
}

/** A word may stand in quotes, which versions of a message add and drop. */
function placed(name: string, kind: string, any: string): string {
  const pattern = `(?<${name}>${kind === '' ? any : (kinds[kind] ?? '')})`
  return kind === 'w' ? `['"\`]?${pattern}['"\`]?` : pattern
}

/** Compiles a template; throws where it has no fixed piece of at least three characters to look for. */
export function compileTemplate(anchored: Template): CompiledTemplate {
  const template = anchored.replace(/^\^/, '').replace(/\$$/, '')
  let source = anchored.startsWith('^') ? '^' : ''
  let end = 0
  for (const match of template.matchAll(placeholder)) {
    source += fixed(template.slice(end, match.index))
    const { name, kind = '' } = match.groups ?? {}
    end = match.index + match[0].length
    // At the end of a template it takes all that follows.
    const any = end === template.length ? '.{1,400}' : (kinds[''] ?? '')
    source += name ? placed(name, kind, any) : '.{0,400}?'
  }
  source += fixed(template.slice(end)) + (anchored.endsWith('$') ? '\\s*$' : '')
  const pieces = template.replace(placeholder, '\n').split(/[\n'"`]/)
  const literal = pieces.reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '')
  if (literal.trim().length < 3) throw new RangeError(`The template has nothing to look for: ${anchored}`)
  return { pattern: new RegExp(source, 'i'), literal: literal.slice(0, tellingLength) }
}

/** What the placeholders of the first matching template stand for; null where none matches. */
export function matchTemplates(templates: readonly CompiledTemplate[], text: string): Record<string, string> | null {
  for (const { pattern } of templates) {
    const match = pattern.exec(text)
    if (match) return { ...match.groups }
  }
  return null
}

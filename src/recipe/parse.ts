import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import type * as z from 'zod'
import { printable, printableLine } from '../core/printable.ts'
import { messageOf, Problem } from '../core/problem.ts'
import { isSecretName } from '../core/redact.ts'
import { type Recipe, recipeSchema, recipeSchemaVersion } from './schema/recipe.ts'

const largestRecipe = 1_000_000

/**
 * Reads the text of a recipe file. `source` names it in messages.
 * @throws Problem (exit `input`) for text that is no YAML, a newer schema, unknown fields, wrong values, and secrets.
 */
export function parseRecipe(text: string, source: string): Recipe {
  if (text.length > largestRecipe) {
    throw new Problem({
      what: `${source} is too large for a recipe (over 1 MB).`,
      why: 'A recipe is a page of settings; this may be another file.',
      next: 'Shipped recipes are listed by: rigup recipes',
      exit: 'input',
    })
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const syntax = document.errors[0]
  if (syntax) {
    throw new Problem({
      what: `${source} is not readable as YAML.`,
      why: printableLine(syntax.message),
      next: 'Mend that line, or take the recipe again from where it was saved.',
      exit: 'input',
    })
  }
  let value: unknown
  try {
    // Few aliases: a file of a kilobyte must not unfold to gigabytes.
    value = document.toJS({ maxAliasCount: 20 })
  } catch (error) {
    throw new Problem({
      what: `${source} is not readable as YAML.`,
      why: printableLine(messageOf(error)),
      next: 'Write its values out, without aliases (*), or take the recipe again from someone you trust.',
      exit: 'input',
    })
  }
  refuseForeignVersion(value, source)
  refuseHiddenCharacters(value, source)
  const result = recipeSchema.safeParse(value)
  if (!result.success) {
    const issues = result.error.issues.slice(0, 6).map((issue) => {
      const line = lineOf(document.contents, placeOf(issue), lines)
      return `${line === null ? '' : `line ${line}: `}${issueText(issue)}`
    })
    throw new Problem({
      what: `${source} is not a recipe that this rigup can use.`,
      why: issues.join('; '),
      next: 'rigup schema recipe prints what each field may be.',
      exit: 'input',
    })
  }
  refuseSecrets(result.data, source)
  return result.data
}

function refuseForeignVersion(value: unknown, source: string): void {
  const version = typeof value === 'object' && value !== null && 'rigup' in value ? value.rigup : undefined
  if (typeof version === 'number' && version > recipeSchemaVersion) {
    throw new Problem({
      what: `${source} was written by a newer rigup (schema ${version}; this one reads up to ${recipeSchemaVersion}).`,
      next: 'Update rigup (git pull), then run the same command again.',
      exit: 'input',
    })
  }
  if (typeof version !== 'number') {
    throw new Problem({
      what: `${source} is not a rigup recipe.`,
      why: `It does not begin with the field 'rigup: ${recipeSchemaVersion}'.`,
      next: 'Shipped recipes are listed by: rigup recipes',
      exit: 'input',
    })
  }
}

/** Escape sequences and reordered text have no place in a file that people read, print and export. */
function refuseHiddenCharacters(value: unknown, source: string): void {
  const where = hiddenIn(value, [])
  if (where === null) return
  const field = printableLine(where.join('.'))
  throw new Problem({
    what: `${source} holds control characters${field === '' ? '' : ` in ${field}`}.`,
    why: 'They can change what a terminal or a script does, and a recipe needs none.',
    next: 'Take them out, or take the recipe again from someone you trust.',
    exit: 'input',
  })
}

/** Line breaks belong only into what is text for people or for the engine. */
const longTexts = [['description'], ['server', 'arguments'], ['server', 'environment']]

/** The field that holds hidden characters, in its name or its value; null where none does. */
function hiddenIn(value: unknown, path: readonly string[]): readonly string[] | null {
  if (typeof value === 'string') {
    const isLong = longTexts.some((start) => start.every((key, index) => path[index] === key))
    return printable(value) === value && (isLong || !/[\n\t]/.test(value)) ? null : path
  }
  if (typeof value !== 'object' || value === null) return null
  for (const [key, inner] of Object.entries(value)) {
    const here = [...path, key]
    const found = printable(key) === key ? hiddenIn(inner, here) : here
    if (found !== null) return found
  }
  return null
}

function refuseSecrets(recipe: Recipe, source: string): void {
  const names = [...Object.keys(recipe.server.environment), ...Object.keys(recipe.server.arguments)]
  const secret = names.find(isSecretName)
  if (secret !== undefined) {
    throw new Problem({
      what: `${source} holds a secret: ${secret}.`,
      why: 'A recipe is made to be passed on; tokens and keys stay outside it.',
      next: `Remove it from the recipe and set it in the environment instead (export ${secret}=...). For an API key, set server.apiKey: file.`,
      exit: 'input',
    })
  }
}

function issueText(issue: z.core.$ZodIssue): string {
  const where = issue.path.join('.') || 'the file'
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => printableLine([...issue.path, key].join('.')))
    return `unknown field ${keys.join(', ')}`
  }
  return `${printableLine(where)}: ${printableLine(issue.message).replace(/^Invalid input: /, '')}`
}

/** Where to look for an issue: at the unknown field itself, not at what holds it. */
function placeOf(issue: z.core.$ZodIssue): readonly PropertyKey[] {
  return issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path
}

/** The line on which a field stands, or the nearest thing above it. */
function lineOf(contents: unknown, path: readonly PropertyKey[], lines: LineCounter): number | null {
  let node: unknown = contents
  let offset: number | null = null
  for (const key of path) {
    if (!isMap(node)) break
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key)
    if (!pair) break
    if (isScalar(pair.key) && pair.key.range) offset = pair.key.range[0]
    node = pair.value
  }
  return offset === null ? null : lines.linePos(offset).line
}

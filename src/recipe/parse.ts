import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import type * as z from 'zod'
import { printableLine } from '../core/printable.ts'
import { Problem } from '../core/problem.ts'
import { isSecretName } from '../core/redact.ts'
import { type Recipe, recipeSchema, recipeSchemaVersion } from './schema/recipe.ts'

const largestRecipe = 1_000_000

/**
 * Reads the text of a recipe file. `source` names it in messages.
 * @throws Problem (exit `input`) for text that is no YAML, a newer schema, unknown fields, wrong values, and secrets.
 */
export function parseRecipe(text: string, source: string): Recipe {
  if (text.length > largestRecipe) {
    throw new Problem({ what: `${source} is too large for a recipe (over 1 MB).`, exit: 'input' })
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
    throw new Problem({ what: `${source} is not readable as YAML.`, why: printableLine(String(error)), exit: 'input' })
  }
  refuseForeignVersion(value, source)
  const result = recipeSchema.safeParse(value)
  if (!result.success) {
    const issues = result.error.issues.slice(0, 6).map((issue) => {
      const line = lineOf(document.contents, issue.path, lines)
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

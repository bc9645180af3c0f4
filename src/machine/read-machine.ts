import { open, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type * as z from 'zod'
import { printableLine } from '../core/printable.ts'
import { hasCode, messageOf, Problem } from '../core/problem.ts'
import { type Machine, machineSchema, machineSchemaVersion } from './schema.ts'

const largestMachine = 8 * 1024 * 1024

/** The folder of the machine profiles that ship; the same from the sources and from the bundle. */
function shippedMachines(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  return basename(here) === 'dist' ? join(here, '../recipes/machines') : join(here, '../../recipes/machines')
}

/** The names of the machine profiles that ship, sorted. */
export async function listShippedMachines(): Promise<string[]> {
  const files = await readdir(shippedMachines()).catch(() => [])
  return files
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .toSorted()
}

/**
 * A machine from a file (JSON or YAML, with facts or bare values), or a shipped profile by its name. Throws a Problem (exit
 * input) that names the field where the file is no machine.
 */
export async function readMachine(given: string): Promise<Machine> {
  const shipped = (await listShippedMachines()).includes(given)
  const path = shipped ? join(shippedMachines(), `${given}.yaml`) : given
  return parseMachine(await readText(path), path)
}

/** Reads the text of a machine file; `source` names it in messages. */
export function parseMachine(text: string, source: string): Machine {
  const value = plainValue(text, source)
  refuseForeign(value, source)
  const result = machineSchema.safeParse(withDefaults(value))
  if (result.success) return result.data
  const issues = result.error.issues.slice(0, 5).map(issueText)
  throw new Problem({
    what: `${source} is not a machine that rigup can use.`,
    why: issues.join('; '),
    next: 'Mend the field, or save a machine anew: rigup detect --json > machine.json.',
    exit: 'input',
  })
}

async function readText(path: string): Promise<string> {
  try {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      if (size > largestMachine) {
        throw new Problem({ what: `${path} is too large for a machine file (over 8 MiB).`, exit: 'input' })
      }
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof Problem) throw error
    const missing = hasCode(error, 'ENOENT')
    throw new Problem({
      what: missing
        ? `There is no machine file at ${printableLine(path)}.`
        : `The machine file ${printableLine(path)} cannot be read.`,
      why: missing
        ? `It is no file, and no profile that ships: ${(await listShippedMachines()).join(', ')}.`
        : messageOf(error),
      next: 'rigup detect --json > machine.json saves this machine.',
      exit: 'input',
      cause: error,
    })
  }
}

function plainValue(text: string, source: string): unknown {
  try {
    return text.trimStart().startsWith('{') ? JSON.parse(text) : parse(text, { maxAliasCount: 50, uniqueKeys: true })
  } catch (error) {
    throw new Problem({
      what: `${source} is readable neither as JSON nor as YAML.`,
      why: printableLine(messageOf(error)).slice(0, 200),
      exit: 'input',
    })
  }
}

function refuseForeign(value: unknown, source: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem({ what: `${source} is not a machine.`, why: 'It holds no fields.', exit: 'input' })
  }
  const version = 'schemaVersion' in value ? value.schemaVersion : machineSchemaVersion
  if (typeof version === 'number' && version > machineSchemaVersion) {
    throw new Problem({
      what: `${source} was written by a newer rigup (schema ${version}; this one reads up to ${machineSchemaVersion}).`,
      next: 'Update rigup (git pull), then run the same command again.',
      exit: 'input',
    })
  }
}

function withDefaults(value: unknown): object {
  return { schemaVersion: machineSchemaVersion, origin: 'profile', ...(value as object) }
}

function issueText(issue: z.core.$ZodIssue): string {
  const path = fieldName(issue.path)
  if (issue.code === 'unrecognized_keys') {
    return `${path === '' ? 'a machine' : path} has no field ${issue.keys.map((key) => printableLine(key)).join(', ')}`
  }
  if (issue.code === 'invalid_type') {
    const received = /received (\w+)/.exec(issue.message)?.[1] ?? ''
    const is = received === 'undefined' ? 'is missing' : `is ${kindNames[received] ?? 'something else'}`
    return `${path === '' ? 'it' : path} must be ${kindNames[issue.expected] ?? issue.expected}, and ${is}`
  }
  if (issue.code === 'invalid_value') return `${path} must be one of ${issue.values.map(String).join(', ')}`
  return `${path}: ${printableLine(issue.message)}`
}

const kindNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of fields',
}

/** `gpus[0].memoryTotalBytes`, without the part that only facts have. */
function fieldName(path: readonly PropertyKey[]): string {
  const parts = path.at(-1) === 'value' ? path.slice(0, -1) : path
  return parts
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('')
}

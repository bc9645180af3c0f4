import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { messageOf, Problem } from '../core/problem.ts'
import type { ProofModel } from '../plan/context.ts'
import { shippedRecipes } from '../recipe/files.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** proof.json, as scripts/proof-model/make.py writes it. */
const proofSchema = z.object({
  schemaVersion: z.literal(1),
  contextTokens: z.number().int().positive(),
  /** What the model says where the share of one worker is missing. */
  alarm: z.string(),
  prompts: z
    .array(z.object({ prompt: z.string(), expected: z.string(), answerTokens: z.number().int().positive() }))
    .min(1),
  files: z.record(z.string().regex(/^[\w.-]+$/), sha256),
})

/** Tokens beyond a right answer, so that a wrong one shows what it is. */
const spareTokens = 16

/** The folder of the proof model that ships. */
export function proofModelDirectory(): string {
  return join(shippedRecipes(), 'proof-model')
}

/**
 * The proof model in a folder: its files, its questions and their answers.
 * @throws Problem (exit `input`) where proof.json is missing or not of the known form.
 */
export async function proofModel(directory = proofModelDirectory()): Promise<ProofModel & { alarm: string }> {
  try {
    const proof = proofSchema.parse(JSON.parse(await readFile(join(directory, 'proof.json'), 'utf8')))
    return {
      directory,
      gguf: join(directory, 'proof.gguf'),
      maxModelLen: proof.contextTokens,
      files: proof.files,
      alarm: proof.alarm,
      prompts: proof.prompts.map(({ prompt, expected, answerTokens }) => ({
        prompt,
        expected,
        maxTokens: answerTokens + spareTokens,
      })),
    }
  } catch (error) {
    throw damaged(directory, `proof.json cannot be read: ${messageOf(error)}`, error)
  }
}

/** Checks every file of a proof model by its sha256. Throws a Problem that names the files that differ. */
export async function checkProofModel({ directory, files }: Pick<ProofModel, 'directory' | 'files'>): Promise<void> {
  const checked = await Promise.all(
    Object.entries(files).map(async ([name, expected]) => {
      const content = await readFile(join(directory, name)).catch(() => null)
      if (content === null) return `${name} is missing`
      return createHash('sha256').update(content).digest('hex') === expected ? null : `${name} has other content`
    }),
  )
  const wrong = checked.filter((line) => line !== null)
  if (wrong.length > 0) throw damaged(directory, `${wrong.join(', ')}.`)
}

function damaged(directory: string, why: string, cause?: unknown): Problem {
  return new Problem({
    what: `The proof model in ${directory} is damaged.`,
    why,
    next: 'restore the folder, for example with: git checkout recipes/proof-model',
    exit: 'input',
    cause,
  })
}

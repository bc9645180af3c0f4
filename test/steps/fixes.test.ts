import { describe, expect, test } from 'vitest'
import { signatures } from '#src/knowledge/failures/index.ts'
import { readMachine } from '#src/machine/read-machine.ts'
import { fieldOf } from '#src/recipe/fields.ts'
import { noAnswers, resolve } from '#steps/answers.ts'
import { questionSteps } from '#steps/question-steps.ts'

/** Every change to a recipe that any failure proposes, with a number for what the log would tell. */
const changes = new Map(
  signatures.flatMap(({ fixes }) =>
    fixes.flatMap(({ change }) =>
      change.kind === 'recipe'
        ? Object.entries(change.set).map(([path, value]): [string, [string, unknown]] => {
            const filled = typeof value === 'string' && value.startsWith('{') && value.endsWith('}') ? 1 : value
            const known = path.replace('{flag}', 'swap-space')
            return [`${known} = ${JSON.stringify(filled)}`, [known, filled]]
          })
        : [],
    ),
  ),
)

describe('a fix that changes the recipe does change it', async () => {
  const machine = await readMachine('rtx3060-desktop')
  const asked = { 'model.id': 'Qwen/Qwen3-8B-AWQ', 'engine.route': 'vllm-cuda-wheel' }
  // What a fix takes away was there before.
  const before = { 'server.environment': { LD_LIBRARY_PATH: '/opt', VLLM_USE_V1: '0' } }

  test.each([...changes])('%s', (_, [path, value]) => {
    const fields = { ...asked, ...before, [path]: value }
    const { recipe } = resolve(questionSteps, machine, { ...noAnswers, fields })
    if (value === null) expect(fieldOf(recipe, path) ?? null).toBeNull()
    else expect(fieldOf(recipe, path)).toEqual(value)
  })
})

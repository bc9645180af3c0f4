import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseRecipe } from '../recipe/parse.ts'
import { goingRun, latestRun, type OpenRun, readPlan, runStatus } from '../run/runs.ts'
import { isSaved } from './finish-run.ts'

/** What was asked for besides a run. */
type Asked = { readonly recipe?: string; readonly fields: Readonly<Record<string, unknown>> }

/**
 * The run to attach to: one that goes on; or, where nothing else was asked for, the newest one if it did not come to its end, so that
 * it is gone on with from where it stands, or came to it while nobody was there to save its recipe.
 */
export async function openRun({ recipe, fields }: Asked): Promise<string | null> {
  const going = await goingRun()
  if (going !== null) return going
  const isElsewhere = recipe !== undefined || Object.keys(fields).length > 0
  const directory = isElsewhere ? null : await latestRun()
  // A run of another rigup may not be readable; it keeps nobody from beginning anew.
  const run = directory === null ? null : await runStatus(directory).catch(() => null)
  if (run === null) return null
  const isUnfinished = ['interrupted', 'failed', 'stopped'].includes(run.status)
  return isUnfinished || (run.status === 'done' && !(await isSaved(run.directory))) ? run.directory : null
}

/** A run as it was begun. */
export async function openRunFolder(directory: string): Promise<OpenRun> {
  const path = join(directory, 'recipe.yaml')
  const [plan, text] = await Promise.all([readPlan(directory), readFile(path, 'utf8')])
  return { directory, plan, recipe: parseRecipe(text, path) }
}

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Advice } from '../advice/advice.ts'
import { commentsOf } from '../advice/comments.ts'
import { hasCode } from '../core/problem.ts'
import { recordedMachine } from '../machine/corrections.ts'
import { machineSummary } from '../machine/summary.ts'
import { installPaths, type PlanContext } from '../plan/context.ts'
import { saveRecipe } from '../recipe/save.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import { isImageRoute } from '../recipe/schema/route.ts'
import { readJournal } from '../run/journal.ts'
import { runProgram } from '../run/run-program.ts'
import { verifiedRecipe } from '../run/verified-recipe.ts'
import { observeLaunch } from './observe-launch.ts'

type Finished = { recipe: Recipe; path: string }

/** Saves the recipe of a run that succeeded, as it was proved: exact versions, lock, machine, measurements. */
export async function finishRun(
  runDirectory: string,
  context: PlanContext,
  advice: readonly Advice[],
  path: string = join(context.directories.recipes, `${context.recipe.name}.yaml`),
): Promise<Finished> {
  const paths = installPaths(context)
  const events = await readJournal(runDirectory)
  const lock = isImage(context) ? null : await textOf(paths.lock)
  const recipe = verifiedRecipe({
    recipe: context.recipe,
    events,
    lock,
    digest: isImage(context) ? await imageDigest(context) : null,
    python: lock === null ? null : await pythonVersion(paths.python),
    machine: recordedMachine(context.machine, machineSummary(context.machine)),
    observed: await observeLaunch(runDirectory, events),
  })
  await saveRecipe(path, recipe, lock, commentsOf(advice))
  // Without the mark it is saved once more the next time, which does no harm.
  await writeFile(savedMark(runDirectory), `${path}\n`).catch(() => undefined)
  return { recipe, path }
}

/** Where a run notes that its recipe is saved: a run may come to its end while nobody is there to save it. */
function savedMark(runDirectory: string): string {
  return join(runDirectory, 'saved-recipe')
}

/** True where the recipe of a run that succeeded has been saved. */
export async function isSaved(runDirectory: string): Promise<boolean> {
  return (await textOf(savedMark(runDirectory))) !== null
}

function isImage({ recipe }: PlanContext): boolean {
  return recipe.engine.image !== undefined || isImageRoute(recipe.engine.route)
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}

async function pythonVersion(python: string): Promise<string | null> {
  return /Python (\S+)/.exec(await runProgram([python, '--version']))?.[1] ?? null
}

/** The digest by which the registry of the recipe's image has it; an image that lies on several registries has one for each. */
async function imageDigest({ recipe }: PlanContext): Promise<string | null> {
  const { image = '', digest, containerTool = 'docker' } = recipe.engine
  if (digest !== undefined) return digest
  const format = '{{range .RepoDigests}}{{println .}}{{end}}'
  const lines = (await runProgram([containerTool, 'image', 'inspect', '--format', format, image])).split('\n')
  // docker leaves out the name of its own registry.
  const name = image.replace(/:[^:/]+$/, '').replace(/^docker\.io\//, '')
  const own = lines.find((line) => line.replace(/^docker\.io\//, '').startsWith(`${name}@`)) ?? lines[0] ?? ''
  return /sha256:[0-9a-f]{64}/.exec(own)?.[0] ?? null
}

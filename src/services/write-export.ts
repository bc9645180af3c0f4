import { chmod } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type { Advice } from '../advice/advice.ts'
import { messageOf, Problem } from '../core/problem.ts'
import { archivesOf } from '../export/archives.ts'
import type { ExportTarget } from '../export/export-target.ts'
import { exportTarget } from '../export/export-targets.ts'
import type { Machine } from '../machine/schema.ts'
import { loadRecipe } from '../recipe/files.ts'
import { prepare } from './prepare.ts'

type Exported = {
  readonly text: string
  /** The name of the file that it usually stands in. */
  readonly file: string
  /** Why the recipe would not work on that machine. */
  readonly refusals: readonly Advice[]
}

/**
 * A recipe, by its path or the name of a shipped one, written as something else.
 * @throws Problem where the recipe cannot be read, or cannot be written so.
 */
export async function exportRecipe(given: string, target: ExportTarget, machine: Machine): Promise<Exported> {
  const { recipe, lock } = await loadRecipe(given)
  const { context, plan, refusals } = await prepare(recipe, lock, machine)
  return {
    text: target.write({ context, plan, archives: await archivesOf(plan) }),
    file: target.file(recipe.name),
    refusals,
  }
}

/** The same, into a file beside the recipe; gives its path. What was there under that name is replaced. */
export async function writeExport(recipePath: string, name: string, machine: Machine): Promise<string> {
  const { text, file } = await exportRecipe(recipePath, exportTarget(name), machine)
  const path = join(dirname(recipePath), file)
  try {
    await writeFileAtomic(path, text, { mode: 0o644 })
    if (path.endsWith('.sh')) await chmod(path, 0o755)
  } catch (error) {
    throw new Problem({
      what: `${path} could not be written.`,
      why: messageOf(error),
      next: `rigup export ${recipePath} --to ${name} > FILE writes it elsewhere`,
      exit: 'machine',
      cause: error,
    })
  }
  return path
}

import { access, constants } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Directories } from '../core/directories.ts'
import { hasCode, messageOf, Problem } from '../core/problem.ts'
import { systemCause } from '../core/system-error.ts'

/**
 * Looks whether rigup can write where it keeps things, before a run is begun: a recipe that cannot be saved should not show after an hour.
 * @throws Problem (exit `machine`) that names the folder, what belongs there and the variable that moves it.
 */
export async function refuseUnwritable({ data, state, recipes }: Omit<Directories, 'cache'>): Promise<void> {
  await refuse(state, 'The run', 'XDG_STATE_HOME')
  await refuse(data, 'The engine', 'XDG_DATA_HOME')
  await refuse(recipes, 'The recipe', 'XDG_CONFIG_HOME')
}

async function refuse(folder: string, what: string, variable: string): Promise<void> {
  try {
    await accessNearest(folder)
  } catch (error) {
    throw new Problem({
      what: `${what} cannot be written under ${folder}, so nothing was begun.`,
      why: systemCause(error)?.why ?? messageOf(error),
      next: `give this user the right to it, or set ${variable} to a folder that can be written`,
      exit: 'machine',
      cause: error,
    })
  }
}

/** The folder, or the nearest above it that is there: in that one the others are made. */
async function accessNearest(folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    if (!hasCode(error, 'ENOENT') || dirname(folder) === folder) throw error
    await accessNearest(dirname(folder))
  }
}

import { randomBytes } from 'node:crypto'
import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Directories, directoriesOf } from '../core/directories.ts'
import { makeFolder } from '../core/make-folder.ts'
import { hasCode, Problem } from '../core/problem.ts'
import { systemCause } from '../core/system-error.ts'
import { type Plan, planSchema } from '../plan/plan.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import { readJournal } from './journal.ts'
import type { JournalEvent } from './journal-event.ts'
import { syncDirectory, writeNew } from './owned-file.ts'
import { type LockHolder, lockHolder, refuseWhileBusy } from './run-lock.ts'
import { type ActionState, type RunState, runState } from './run-state.ts'

/** A run as it was begun: its folder, and what was planned there for which recipe. */
export type OpenRun = { directory: string; plan: Plan; recipe: Recipe }

type NewRun = {
  readonly plan: Plan
  /** The recipe file, as text. */
  readonly recipe: string
  /** What the run was asked for on the command line, without secrets. */
  readonly options?: Readonly<Record<string, unknown>>
}

export type RunStatus = Omit<RunState, 'status'> & {
  readonly directory: string
  readonly id: string
  readonly plan: Plan
  readonly events: readonly JournalEvent[]
  /** interrupted: the journal has no end, and no process is behind it (a power cut, a kill). */
  readonly status: RunState['status'] | 'interrupted'
  /** The process that carries it out now. */
  readonly holder: LockHolder | null
}

/** Where the runs of this user are. */
export function runsDirectory({ state }: Directories = directoriesOf()): string {
  return join(state, 'runs')
}

/**
 * Writes a new run to disk and gives its folder back: `20261121T034306Z-NAME-RANDOM`, so that names sort by time. Nothing is carried out.
 * Throws a Problem (busy) while another run goes on, and (machine) where it cannot be written.
 */
export async function createRun(run: NewRun, runs: string = runsDirectory()): Promise<string> {
  await refuseWhileBusy(runs)
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const directory = join(runs, `${stamp}-${run.plan.recipe}-${randomBytes(3).toString('hex')}`)
  // Under another name until it is whole: on a full disk no half of a run is left.
  const fresh = join(runs, `.${basename(directory)}`)
  try {
    await makeFolder(join(fresh, 'logs'), 0o700)
    await writeNew(join(fresh, 'plan.json'), `${JSON.stringify(planSchema.parse(run.plan), null, 2)}\n`, null)
    await writeNew(join(fresh, 'recipe.yaml'), run.recipe, null)
    await writeNew(join(fresh, 'options.json'), `${JSON.stringify(run.options ?? {}, null, 2)}\n`, null)
    await syncDirectory(fresh)
    await rename(fresh, directory)
    await syncDirectory(runs)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true }).catch(() => undefined)
    throw notWritten(runs, error)
  }
  return directory
}

function notWritten(runs: string, error: unknown): unknown {
  const cause = systemCause(error)
  if (cause === null) return error
  return new Problem({
    what: `The run cannot be written down under ${runs}, so nothing was begun.`,
    ...cause,
    exit: 'machine',
    cause: error,
  })
}

/** The plan of a run. Throws a Problem where the folder is no run, or its plan is damaged. */
export async function readPlan(directory: string): Promise<Plan> {
  const path = join(directory, 'plan.json')
  try {
    return planSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    throw new Problem({
      what: hasCode(error, 'ENOENT') ? `${directory} is no run of rigup.` : `${path} is damaged or from a newer rigup.`,
      next: 'list the runs with: rigup status',
      exit: 'input',
      cause: error,
    })
  }
}

/** Folders of all runs, the newest first. */
export async function listRuns(runs: string = runsDirectory()): Promise<string[]> {
  try {
    const entries = await readdir(runs, { withFileTypes: true })
    const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name)
    return names
      .toSorted()
      .reverse()
      .map((name) => join(runs, name))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}

/** Folder of the newest run; null where there is none. */
export async function latestRun(runs: string = runsDirectory()): Promise<string | null> {
  return (await listRuns(runs))[0] ?? null
}

/** Folder of the run that goes on now; null where none does. */
export async function goingRun(runs: string = runsDirectory()): Promise<string | null> {
  return (await lockHolder(runs))?.run ?? null
}

/** How all runs stand, the newest first, and the folders of those that cannot be read: damaged, or of a newer rigup. */
export async function readRuns(runs: string = runsDirectory()): Promise<{ runs: RunStatus[]; unreadable: string[] }> {
  const directories = await listRuns(runs)
  const read = await Promise.all(directories.map((directory) => runStatus(directory).catch(() => null)))
  return {
    runs: read.filter((run) => run !== null),
    unreadable: directories.filter((_, index) => read[index] === null),
  }
}

/** What a run has done and whether it goes on now. */
export async function runStatus(directory: string): Promise<RunStatus> {
  const [plan, events, holder] = await Promise.all([
    readPlan(directory),
    readJournal(directory),
    lockHolder(join(directory, '..')),
  ])
  const state = runState(plan, events)
  const mine = holder !== null && holder.run === directory ? holder : null
  const isCutOff = mine === null && (state.status === 'running' || state.status === 'undoing')
  return {
    ...state,
    status: isCutOff ? 'interrupted' : state.status,
    actions: isCutOff ? state.actions.map(begunAndLeft) : state.actions,
    directory,
    id: basename(directory),
    plan,
    events,
    holder: mine,
  }
}

/** An action that the end of its run's process has stopped. */
function begunAndLeft(action: ActionState): ActionState {
  return action.status === 'running' ? { ...action, status: 'stopped' } : action
}

/**
 * The run that a plan was begun with: the one that goes on, or else the newest; null where that has another plan or cannot be read.
 * Throws a Problem (busy) while a run with another plan goes on.
 */
export async function runOfPlan(plan: Plan, runs: string = runsDirectory()): Promise<RunStatus | null> {
  const directory = (await goingRun(runs)) ?? (await latestRun(runs))
  const run = directory === null ? null : await runStatus(directory).catch(() => null)
  if (run && JSON.stringify(run.plan) === JSON.stringify(planSchema.parse(plan))) return run
  await refuseWhileBusy(runs)
  return null
}

/** True where a run did not come to its end: the same plan goes on with it. */
export function isOpen({ status }: Pick<RunStatus, 'status'>): boolean {
  return ['new', 'failed', 'stopped', 'interrupted', 'running'].includes(status)
}

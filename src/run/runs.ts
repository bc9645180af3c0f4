import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Directories, directoriesOf } from '../core/directories.ts'
import { hasCode, Problem } from '../core/problem.ts'
import { systemCause } from '../core/system-error.ts'
import { type Plan, planSchema } from '../plan/plan.ts'
import { readJournal } from './journal.ts'
import type { JournalEvent } from './journal-event.ts'
import { syncDirectory } from './owned-file.ts'
import { type LockHolder, lockHolder } from './run-lock.ts'
import { type RunState, runState } from './run-state.ts'

export type NewRun = {
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

/** Writes a new run to disk and gives its folder back: `20261121T034306Z-NAME-RANDOM`, so that names sort by time. Nothing is carried out. */
export async function createRun(run: NewRun, runs: string = runsDirectory()): Promise<string> {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const directory = join(runs, `${stamp}-${run.plan.recipe}-${randomBytes(3).toString('hex')}`)
  // Under another name until it is whole: on a full disk no half of a run is left.
  const fresh = join(runs, `.${basename(directory)}`)
  try {
    await mkdir(join(fresh, 'logs'), { recursive: true, mode: 0o700 })
    await writeSynced(join(fresh, 'plan.json'), `${JSON.stringify(planSchema.parse(run.plan), null, 2)}\n`)
    await writeSynced(join(fresh, 'recipe.yaml'), run.recipe)
    await writeSynced(join(fresh, 'options.json'), `${JSON.stringify(run.options ?? {}, null, 2)}\n`)
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

async function writeSynced(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
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

/** What a run has done and whether it goes on now. */
export async function runStatus(directory: string): Promise<RunStatus> {
  const [plan, events, holder] = await Promise.all([
    readPlan(directory),
    readJournal(directory),
    lockHolder(join(directory, '..')),
  ])
  const state = runState(plan, events)
  const mine = holder !== null && holder.run === directory ? holder : null
  const isOpen = state.status === 'running' || state.status === 'undoing'
  return {
    ...state,
    status: isOpen && mine === null ? 'interrupted' : state.status,
    directory,
    id: basename(directory),
    plan,
    events,
    holder: mine,
  }
}

/**
 * The run to go on with for a plan: the newest one, where it has exactly this plan and did not come to its end. Null: make a new one.
 */
export async function resumableRun(plan: Plan, runs: string = runsDirectory()): Promise<string | null> {
  const directory = await latestRun(runs)
  if (directory === null) return null
  const { status, plan: before } = await runStatus(directory)
  const isOpen = ['new', 'failed', 'stopped', 'interrupted', 'running'].includes(status)
  return isOpen && JSON.stringify(before) === JSON.stringify(planSchema.parse(plan)) ? directory : null
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Environment } from '../core/directories.ts'
import { Problem } from '../core/problem.ts'
import { startWorker } from './background.ts'
import { leaveEnvironment } from './environment.ts'
import { asRootPrefix, findPrivileges } from './privileges.ts'
import { runStatus } from './runs.ts'
import { needsRoot } from './worker.ts'

export type StartOptions = {
  /** The command line of this program's `worker` command, without its arguments. */
  readonly command: readonly string[]
  readonly mode?: 'do' | 'undo'
  /** The operator's environment; handed over in a file that only the operator can read. */
  readonly environment?: Environment
  /**
   * Runs something that asks on the terminal (sudo), with the terminal in its hands; the wizard suspends its screen around it.
   * Null where there is nobody to ask.
   */
  readonly onTerminal: ((work: () => Promise<void>) => Promise<void>) | null
}

/**
 * Starts a run, or goes on with it, in the background: as root where its plan needs root. Resolves once its worker has begun; from
 * then on the journal tells. Throws a Problem where root is out of reach, sudo says no, or the worker does not come up.
 */
export async function startRun(directory: string, options: StartOptions): Promise<void> {
  const runDirectory = resolve(directory)
  const { command, mode = 'do', environment = process.env, onTerminal } = options
  const status = await runStatus(runDirectory)
  const isRootNeeded = needsRoot(status.plan, status, mode)
  const privileges = isRootNeeded ? await findPrivileges() : 'root'
  const prefix = asRootPrefix(privileges, onTerminal !== null, status.plan.actions)
  await leaveEnvironment(runDirectory, environment)
  if (prefix.length === 0) {
    await startWorker(runDirectory, command, mode)
    return
  }
  const argv = [...prefix, ...command, runDirectory, 'start', mode]
  const work = (): Promise<void> => attached(argv)
  await (privileges === 'password' && onTerminal !== null ? onTerminal(work) : work())
}

/** Runs a command that may ask on the terminal. */
async function attached([file = '', ...rest]: readonly string[]): Promise<void> {
  const child = spawn(file, rest, { stdio: 'inherit' })
  const [code] = await once(child, 'close').then(([first]) => [first as unknown])
  if (code === 0) return
  throw new Problem({
    what: 'The run was not started as root.',
    why: 'sudo did not allow it, or the worker did not come up (see above).',
    next: 'try again, or run rigup as root',
    exit: 'machine',
  })
}

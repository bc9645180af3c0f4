import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, resolve } from 'node:path'
import type { Environment } from '../core/directories.ts'
import { Problem } from '../core/problem.ts'
import { startWorker } from './background.ts'
import { dropEnvironment, leaveEnvironment } from './environment.ts'
import { asRootPrefix, findPrivileges } from './privileges.ts'
import { refuseWhileBusy } from './run-lock.ts'
import { runStatus } from './runs.ts'
import { needsRoot } from './worker.ts'

type StartOptions = {
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
 * then on the journal tells. Throws a Problem where another run goes on, root is out of reach, sudo says no, or the worker does not come up.
 */
export async function startRun(directory: string, options: StartOptions): Promise<void> {
  const runDirectory = resolve(directory)
  const { command, mode = 'do', environment = process.env, onTerminal } = options
  await refuseWhileBusy(dirname(runDirectory))
  const status = await runStatus(runDirectory)
  const isRootNeeded = needsRoot(status.plan, status, mode)
  const privileges = isRootNeeded ? await findPrivileges() : 'root'
  const prefix = asRootPrefix(privileges, onTerminal !== null, status.plan.actions)
  await leaveEnvironment(runDirectory, environment)
  try {
    if (prefix.length === 0) {
      await startWorker(runDirectory, command, mode)
      return
    }
    const work = (): Promise<void> => attached([...prefix, ...command, runDirectory, 'start', mode])
    await (privileges === 'password' && onTerminal !== null ? onTerminal(work) : work())
  } catch (error) {
    await dropEnvironment(runDirectory)
    throw error
  }
}

/** By these a terminal or a user ends a program; whoever waits for sudo has to clear up after it first. */
const endings = ['SIGINT', 'SIGHUP', 'SIGTERM'] as const

/** Runs a command that may ask on the terminal. */
async function attached([file = '', ...rest]: readonly string[]): Promise<void> {
  const child = spawn(file, rest, { stdio: 'inherit' })
  const ended = new AbortController()
  // Ctrl-C reaches sudo by itself, and that says no then.
  const end = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGINT') return
    child.unref()
    ended.abort(left())
  }
  for (const signal of endings) process.on(signal, end)
  let code: unknown
  try {
    code = await Promise.race([exitCode(child), rejected(ended.signal)])
  } finally {
    for (const signal of endings) process.off(signal, end)
  }
  if (code === 0) return
  throw new Problem({
    what: 'The run was not started as root.',
    why: 'sudo did not allow it, or the worker did not come up (see above).',
    next: 'try again, or run rigup as root',
    exit: 'machine',
  })
}

async function exitCode(child: ChildProcess): Promise<unknown> {
  return (await once(child, 'close'))[0]
}

function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
}

function left(): Problem {
  return new Problem({ what: 'Left before the run was started; nothing was changed.', exit: 'interrupted' })
}

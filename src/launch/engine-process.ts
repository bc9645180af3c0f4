import { type ChildProcess, spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { hasCode, messageOf, Problem } from '../core/problem.ts'
import type { EngineExit } from './engine-exit.ts'

export type EngineProcess = {
  /** Leader of a session and a process group of its own: everything that the engine starts can be found by it. */
  readonly pid: number
  /** Resolves when the first process has ended; its children may still run. */
  readonly exited: Promise<EngineExit>
  /** Lets this program end while the engine runs on. */
  readonly letGo: () => void
}

type EngineCommand = {
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly directory?: string | undefined
  /** Standard output and standard error go straight into this file, so that they survive the end of this program. */
  readonly log: string
}

/** Starts an engine. Throws a Problem where the program is not there or may not be run. */
export async function startEngine({ argv, environment, directory, log }: EngineCommand): Promise<EngineProcess> {
  const [file = '', ...rest] = argv
  const output = await open(log, 'w', 0o600)
  try {
    const child = spawn(file, rest, {
      cwd: directory,
      env: { ...environment },
      stdio: ['ignore', output.fd, output.fd],
      detached: true,
    })
    const exited = new Promise<EngineExit>((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }))
    })
    return { pid: await started(child, file), exited, letGo: () => child.unref() }
  } finally {
    await output.close()
  }
}

function started(child: ChildProcess, file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? 0))
    child.once('error', (error) => {
      reject(
        new Problem({
          what: `${basename(file)} cannot be started.`,
          why: hasCode(error, 'ENOENT') ? `There is no program ${file}, or its folder is gone.` : messageOf(error),
          next: 'install the engine again',
          exit: 'machine',
          cause: error,
        }),
      )
    })
  })
}

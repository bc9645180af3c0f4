import { spawn } from 'node:child_process'
import { hasCode } from '../core/problem.ts'

type ProcessRequest = {
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly directory?: string | undefined
  readonly timeoutSeconds: number
  readonly signal: AbortSignal
  /** Standard output and standard error, as they come. */
  readonly onOutput: (chunk: Buffer) => void
  /** Time between the polite and the final signal. */
  readonly graceSeconds?: number
}

export type ProcessResult =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly by: NodeJS.Signals }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'aborted' }
  /** It could not be started at all: not found, not executable. */
  | { readonly kind: 'not-started'; readonly missing: boolean; readonly message: string }

const drainMilliseconds = 2000

/**
 * Runs a program in a process group of its own, without input, and resolves once it and its output have ended. At a time
 * limit or an abort the whole group gets SIGTERM and, after the grace time, SIGKILL. Never rejects.
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  const [file = '', ...rest] = request.argv
  if (request.signal.aborted) return { kind: 'aborted' }
  const child = spawn(file, rest, {
    cwd: request.directory,
    env: { ...request.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that its children can be ended with it.
    detached: true,
  })
  child.stdout.on('data', request.onOutput)
  child.stderr.on('data', request.onOutput)

  let ended: 'timed-out' | 'aborted' | null = null
  let killTimer: NodeJS.Timeout | undefined
  let drainTimer: NodeJS.Timeout | undefined
  const end = (reason: 'timed-out' | 'aborted'): void => {
    if (ended !== null) return
    ended = reason
    signalGroup(child.pid, 'SIGTERM')
    killTimer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), (request.graceSeconds ?? 10) * 1000)
  }
  const onAbort = (): void => end('aborted')
  const timer = setTimeout(() => end('timed-out'), request.timeoutSeconds * 1000)
  request.signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await new Promise<ProcessResult>((resolve) => {
      child.on('error', (error) => {
        resolve({ kind: 'not-started', missing: hasCode(error, 'ENOENT'), message: error.message })
      })
      child.on('exit', () => {
        if (ended !== null) signalGroup(child.pid, 'SIGKILL')
        // A daemon that it left behind may hold the output open; what that says is not waited for.
        drainTimer = setTimeout(() => {
          child.stdout.destroy()
          child.stderr.destroy()
        }, drainMilliseconds)
      })
      child.on('close', (code, signal) => {
        if (ended !== null) resolve({ kind: ended })
        else if (signal !== null) resolve({ kind: 'killed', by: signal })
        else resolve({ kind: 'exited', code: code ?? 0 })
      })
    })
  } finally {
    clearTimeout(timer)
    clearTimeout(killTimer)
    clearTimeout(drainTimer)
    request.signal.removeEventListener('abort', onAbort)
  }
}

/** Sends a signal to every process of a group; one that is gone is fine. */
export function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return
  try {
    process.kill(-leader, signal)
  } catch (error) {
    if (!hasCode(error, 'ESRCH', 'EPERM')) throw error
  }
}

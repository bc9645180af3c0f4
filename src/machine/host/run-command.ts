import { spawn } from 'node:child_process'
import type { Environment } from '../../core/directories.ts'
import { hasCode, messageOf } from '../../core/problem.ts'
import type { CommandResult } from './host.ts'

const outputLimitBytes = 8 * 1024 * 1024

type Options = {
  readonly timeLimitMilliseconds: number
  readonly environment: Environment
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs a program and waits at most its limit. A program that hangs is killed with its children and left behind: one that
 * sleeps in the kernel (a fallen GPU, a dead network mount) cannot be killed, and must not hold up the rest.
 */
export function runCommand(argv: readonly string[], options: Options): Promise<CommandResult> {
  const [file, ...words] = argv
  if (file === undefined) return Promise.resolve({ kind: 'absent' })
  if (options.signal?.aborted) return Promise.resolve({ kind: 'refused', reason: 'it was cancelled' })
  return new Promise((resolve) => {
    const child = spawn(file, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that its children can be ended with it.
      detached: true,
      env: { ...options.environment },
    })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    let bytes = 0

    const collect = (into: Buffer[]) => (piece: Buffer) => {
      bytes += piece.length
      if (bytes <= outputLimitBytes) into.push(piece)
      else abandon({ kind: 'refused', reason: 'it prints more than 8 MiB' })
    }

    const settle = (result: CommandResult) => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', cancel)
      resolve(result)
    }
    const abandon = (result: CommandResult) => {
      endGroup(child.pid)
      child.stdout.destroy()
      child.stderr.destroy()
      child.unref()
      settle(result)
    }
    const cancel = () => abandon({ kind: 'refused', reason: 'it was cancelled' })
    const timer = setTimeout(
      () => abandon({ kind: 'hung', afterMilliseconds: options.timeLimitMilliseconds }),
      options.timeLimitMilliseconds,
    )
    options.signal?.addEventListener('abort', cancel, { once: true })

    child.stdout.on('data', collect(stdout))
    child.stderr.on('data', collect(stderr))
    child.on('error', (error) =>
      settle(hasCode(error, 'ENOENT') ? { kind: 'absent' } : { kind: 'refused', reason: messageOf(error) }),
    )
    child.on('close', (code) =>
      settle({
        kind: 'ended',
        code,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      }),
    )
  })
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

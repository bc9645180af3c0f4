import { access, constants, open, readdir, realpath } from 'node:fs/promises'
import type { Environment } from '../../core/directories.ts'
import { hasCode } from '../../core/problem.ts'
import type { Host } from './host.ts'
import { runCommand } from './run-command.ts'

const modes = {
  r: constants.R_OK,
  w: constants.W_OK,
  rw: constants.R_OK | constants.W_OK,
  x: constants.X_OK,
} as const

/** The machine that rigup runs on. */
export function liveHost(
  options: {
    readonly environment?: Environment
    readonly timeLimitMilliseconds?: number
    readonly signal?: AbortSignal | undefined
  } = {},
): Host {
  const environment = options.environment ?? process.env
  const limit = options.timeLimitMilliseconds ?? 10_000
  return {
    environment,
    uid: process.getuid?.() ?? null,
    run: (argv, runOptions = {}) =>
      runCommand(argv, {
        timeLimitMilliseconds: Math.min(runOptions.timeLimitMilliseconds ?? limit, limit),
        environment: { ...environment, LC_ALL: 'C', LANGUAGE: 'C', ...runOptions.environment },
        signal: options.signal,
      }),
    readText,
    list: (path) => readdir(path).catch(() => null),
    realPath: (path) => realpath(path).catch(() => null),
    may: async (path, wanted) => {
      try {
        await access(path, modes[wanted])
        return true
      } catch (error) {
        return hasCode(error, 'ENOENT', 'ENOTDIR') ? null : false
      }
    },
    now: () => new Date().toISOString(),
  }
}

async function readText(path: string, maxBytes = 1024 * 1024): Promise<string | null> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      // Files under /proc and /sys say they are empty and may come in pieces, so the size is not asked.
      const buffer = Buffer.alloc(64 * 1024)
      const pieces: Buffer[] = []
      let total = 0
      while (total < maxBytes) {
        const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, maxBytes - total), null)
        if (bytesRead === 0) break
        pieces.push(Buffer.from(buffer.subarray(0, bytesRead)))
        total += bytesRead
      }
      return Buffer.concat(pieces).toString('utf8')
    } finally {
      await file.close()
    }
  } catch {
    return null
  }
}

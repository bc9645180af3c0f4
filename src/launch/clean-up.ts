import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const limitMilliseconds = 60_000

/** Runs the commands that end what a signal to an engine may leave behind. They fail where nothing was left, which is fine. */
export async function runCleanUp(commands: readonly (readonly string[])[]): Promise<void> {
  for (const [file, ...rest] of commands) {
    if (file !== undefined) await execute(file, rest, { timeout: limitMilliseconds }).catch(() => {})
  }
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { Operation } from '#src/plan/operation.ts'
import { type Action, action, type Plan } from '#src/plan/plan.ts'

/** The `worker` command line of the tests. */
export const command = [process.execPath, join(import.meta.dirname, 'worker.ts')]

const folders: string[] = []

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

/** A folder that goes away after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rigup-test-'))
  folders.push(folder)
  return folder
}

/** Environment of a test's operator: nothing of the machine's but what programs need. */
export function operator(home: string, more: Record<string, string> = {}): Record<string, string> {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: home, LANG: 'C.UTF-8', ...more }
}

export function plan(...actions: Action[]): Plan {
  return { schemaVersion: 1, recipe: 'test', actions, untouched: [] }
}

/** An action of these operations. */
export function act(id: string, operations: Operation[], rest: Partial<Action> = {}): Action {
  return action({ id, title: id, reason: 'a test', operations }, rest)
}

/** An operation that runs a piece of POSIX shell. */
export function sh(script: string): Operation {
  return { kind: 'run', argv: ['sh', '-c', script] }
}

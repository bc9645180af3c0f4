import { expect } from 'vitest'
import { type Machine, machineSchema } from '#src/machine/schema.ts'
import type { Action, Plan } from '#src/plan/plan.ts'
import type { RunStatus } from '#src/run/runs.ts'
import { password, type VirtualMachine } from './machine.ts'

/** How long a run may take that is waited for. */
export const patience = { timeout: 180_000, interval: 1000 }

type Status = Pick<RunStatus, 'status' | 'actions' | 'events' | 'directory'>

/** The machine as rigup finds it. */
export async function machineOf(rig: VirtualMachine): Promise<Machine> {
  return machineSchema.parse(JSON.parse((await rig.sh('node rigup.mjs machine')).output))
}

export function planOf(actions: readonly Action[]): Plan {
  return { schemaVersion: 1, recipe: 'rig', actions: [...actions], untouched: [] }
}

/** Starts a run of a plan, with the password for sudo at hand. `prefix` is what the command begins with. */
export async function begin(rig: VirtualMachine, plan: Plan, prefix = ''): Promise<void> {
  await rig.sh('cat > plan.json', { input: JSON.stringify(plan) })
  const { code, output } = await rig.sh(`${prefix} node rigup.mjs start plan.json`, { password })
  expect(output.includes('failed') || code !== 0 ? output : '').toBe('')
}

/** How the newest run stands. */
export async function status(rig: VirtualMachine): Promise<Status> {
  return JSON.parse((await rig.sh('node rigup.mjs status')).output)
}

/** Waits until the newest run has ended, and shows why where it ended otherwise than it should. The waiting is done by its shell: a Node is slow to start there. */
export async function ended(rig: VirtualMachine, expected: Status['status']): Promise<Status> {
  await rig.sh(`cd ~/.local/state/rigup/runs && cd "$(ls -t | head -n 1)"
until grep -oE 'run-started|undo-started|run-finished' journal.jsonl | tail -n 1 | grep -q finished; do sleep 1; done`)
  const now = await status(rig)
  expect(now.status === expected ? '' : JSON.stringify(now.events.slice(-5), null, 1)).toBe('')
  return now
}

/** Carries a plan out. */
export async function carryOut(rig: VirtualMachine, actions: readonly Action[]): Promise<Status> {
  await begin(rig, planOf(actions))
  return ended(rig, 'done')
}

/** Takes the newest run back. */
export async function undo(rig: VirtualMachine): Promise<Status> {
  expect((await rig.sh('node rigup.mjs undo', { password })).code).toBe(0)
  return ended(rig, 'undone')
}

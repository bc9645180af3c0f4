import { stat } from 'node:fs/promises'
import type { Machine } from '../machine/schema.ts'

/** The machine to work for: a saved one by file, folder of outputs or name, or this one, read now; with the operator's corrections on top. */
export async function loadMachine(options: {
  machine?: string | undefined
  override?: readonly string[] | undefined
}): Promise<Machine> {
  const machine = await (options.machine === undefined ? thisMachine() : savedMachine(options.machine))
  if (!options.override?.length) return machine
  const { applyOverrides } = await import('../machine/overrides.ts')
  return applyOverrides(machine, options.override)
}

async function thisMachine(): Promise<Machine> {
  const { detectMachine } = await import('../machine/detect.ts')
  return detectMachine()
}

async function savedMachine(given: string): Promise<Machine> {
  const isFolder = await stat(given).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (isFolder) {
    const { machineFromCaptures } = await import('../machine/from-captures.ts')
    return machineFromCaptures(given)
  }
  const { readMachine } = await import('../machine/read-machine.ts')
  return readMachine(given)
}

import { Problem } from '../core/problem.ts'
import type { Machine } from '../machine/schema.ts'
import { loadMachine } from '../services/load-machine.ts'
import { askYesNo } from './ask.ts'
import { type CommandIo, say, writeJson } from './io.ts'

export type DetectCommand = {
  readonly json: boolean
  readonly values: boolean
  /** A saved machine to read in place of this one: a file, a folder of outputs, or a name. */
  readonly from?: string | undefined
  /** A folder to record this machine's outputs in. */
  readonly save?: string | undefined
  readonly yes: boolean
  /** Ask the network which places answer; saying so is the consent. */
  readonly network?: boolean
  readonly override: readonly string[]
}

/**
 * `rigup detect`: says what the machine is; as text, or with `--json` as data on stdout. `--save` records the tools' outputs
 * instead, after a preview.
 */
export async function runDetect(
  options: DetectCommand,
  io: Pick<CommandIo, 'stdin' | 'stdout' | 'stderr'>,
): Promise<void> {
  if (options.save !== undefined) return save(options.save, options, io)
  const { applyOverrides } = await import('../machine/overrides.ts')
  const machine = applyOverrides(await readOrDetect(options, io), options.override)
  if (options.json) {
    const { machineValues } = await import('../machine/values.ts')
    return writeJson(io, options.values ? machineValues(machine) : machine)
  }
  const [{ machineText }, { risksOf }, { cpuVerdictLines, cpuVerdicts }] = await Promise.all([
    import('../machine/summary.ts'),
    import('../advice/risks/risks.ts'),
    import('../advice/cpu-verdicts.ts'),
  ])
  const processor = cpuVerdictLines(cpuVerdicts(machine))
  io.stdout.write(`${machineText(machine, risksOf(machine), processor).join('\n')}\n`)
}

async function readOrDetect(options: DetectCommand, io: Pick<CommandIo, 'stderr'>): Promise<Machine> {
  if (options.values && !options.json) {
    throw new Problem({ what: '--values belongs to --json.', next: 'rigup detect --json --values', exit: 'usage' })
  }
  if (options.from !== undefined && options.network) {
    throw new Problem({ what: '--network asks for this machine, and --from reads another one.', exit: 'usage' })
  }
  const machine = await loadMachine({ machine: options.from })
  if (!options.network) return machine
  const [{ placesOf }, { withReachability }] = await Promise.all([
    import('../machine/places.ts'),
    import('../machine/reachability.ts'),
  ])
  say(io, 'Asking whether these answer, each for 4 s at most:', ...placesOf(machine).map((place) => `  ${place}`))
  return withReachability(machine)
}

async function save(directory: string, options: DetectCommand, io: Pick<CommandIo, 'stdin' | 'stderr'>): Promise<void> {
  if (options.from !== undefined || options.json || options.network) {
    throw new Problem({
      what: '--save records this machine and goes with neither --from nor --json nor --network.',
      exit: 'usage',
    })
  }
  const { recordCaptures, recordingPreview, writeCaptures } = await import('../machine/save-captures.ts')
  const recording = await recordCaptures()
  say(io, ...recordingPreview(recording, directory))
  if (!options.yes && !(await askYesNo('Write these files?', io, 'Add --yes.'))) {
    say(io, 'Nothing was written.')
    return
  }
  await writeCaptures(recording, directory)
  say(io, `Written. rigup detect --from ${directory} reads it back; look through the files before passing them on.`)
}

import { dirname, resolve } from 'node:path'
import { printable } from '../core/printable.ts'
import { exitCodes, Problem } from '../core/problem.ts'
import { correctionsOf, withRecordedCorrections } from '../machine/corrections.ts'
import { machineFingerprint } from '../machine/fingerprint.ts'
import type { Machine } from '../machine/schema.ts'
import { machineSummary } from '../machine/summary.ts'
import { downloadWords, planLines } from '../plan/render/text.ts'
import type { FieldPath } from '../recipe/fields.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import { recipeText } from '../recipe/write.ts'
import { createRun, isOpen, type RunStatus, runOfPlan } from '../run/runs.ts'
import { startRun } from '../run/start-run.ts'
import { loadAnswered } from '../services/answered-recipe.ts'
import { finishRun, isSaved } from '../services/finish-run.ts'
import { findKeptEngine } from '../services/kept-engine.ts'
import { loadMachine } from '../services/load-machine.ts'
import { type Prepared, prepare, refuse } from '../services/prepare.ts'
import { refuseUnwritable } from '../services/refuse-unwritable.ts'
import { askChoice } from './ask.ts'
import { followRun, sayUnfinished } from './follow-run.ts'
import { type CommandIo, say } from './io.ts'
import { runWizard } from './wizard.ts'
import { workerCommandLine } from './worker.ts'

type ApplyOptions = {
  yes?: boolean
  /** Where the engine goes instead. */
  directory?: string
  /** Where the verified recipe is saved instead. */
  save?: string
  /** Answers in place of the recipe's own. */
  fields?: Readonly<Record<FieldPath, unknown>>
}

/** `rigup apply RECIPE`: carries a recipe out and saves it as it was proved. Gives the exit code. */
export async function runApply(given: string, options: ApplyOptions, io: CommandIo): Promise<number> {
  const loaded = await loadAnswered(given, options.fields)
  say(io, 'Reading this machine ...')
  const machine = withRecordedCorrections(await loadMachine({}), loaded.recipe.machine)
  for (const correction of correctionsOf(machine))
    say(io, printable(`Corrected as when the recipe was made: ${correction}`))
  const recipe = options.directory
    ? { ...loaded.recipe, install: { ...loaded.recipe.install, directory: resolve(options.directory) } }
    : loaded.recipe
  const prepared = await prepare(recipe, loaded.lock, machine)
  const before = await runOfPlan(prepared.plan)
  if (before?.status === 'done' && !(await isSaved(before.directory))) {
    say(io, `The run ${before.directory} is done; only its recipe is not saved yet.`)
    return finish(before.directory, prepared, options, io)
  }
  // A run that goes on is attached to, whatever its engine has taken meanwhile.
  if (!before?.holder) await refuseToBegin(prepared, before, options)
  announce(prepared, machine, recipe, io)
  if (!options.yes && !before?.holder) {
    const decision = await decide(given, prepared, differs(recipe, machine), io)
    if (decision === 'steps') return runWizard({ recipe: given, new: true, fields: options.fields ?? {} }, io)
    if (decision === 'leave') {
      say(io, 'Nothing was changed.')
      return exitCodes.ok
    }
  }
  const open = before !== null && isOpen(before) ? before : null
  const runDirectory = await begin(prepared, given, open)
  say(
    io,
    `The run is ${runDirectory}`,
    'It goes on if this terminal is closed; the same command, or rigup, attaches again.',
  )
  const told = open?.holder ? 0 : (open?.events.length ?? 0)
  const outcome = await followRun(runDirectory, prepared.plan, io, told)
  if (outcome !== 'done') return sayUnfinished(runDirectory, outcome, io)
  return finish(runDirectory, prepared, options, io)
}

/** @throws Problem (exit `machine`) for what keeps a run from being begun or gone on with. */
async function refuseToBegin(
  { context, refusals }: Prepared,
  before: RunStatus | null,
  { save }: ApplyOptions,
): Promise<void> {
  const { recipe, directories } = context
  await refuseWhileServing(`${recipe.server.host}:${recipe.server.port}`, before)
  refuse(refusals, recipe)
  await refuseUnwritable({ ...directories, ...(save === undefined ? {} : { recipes: dirname(resolve(save)) }) })
}

/**
 * What rigup itself has left running there is told as that, and not as a port that somebody has taken. What a killed run left behind
 * is in nobody's way: going on with that run puts a new start in its place.
 */
async function refuseWhileServing(address: string, before: RunStatus | null): Promise<void> {
  const engine = await findKeptEngine(address)
  if (engine === null || (before !== null && isOpen(before) && engine.runDirectory === before.directory)) return
  throw new Problem({
    what: engine.isWhole
      ? `rigup left an engine running that serves ${engine.model} at http://${address}/v1.`
      : `Processes are left of an engine that served ${engine.model} at ${address}; they hold memory and answer nobody.`,
    why: 'A run starts its engine anew, to prove it.',
    next: engine.isWhole ? 'use it as it is; or end it first: rigup stop' : 'end them first: rigup stop',
    exit: 'machine',
  })
}

async function finish(runDirectory: string, prepared: Prepared, options: ApplyOptions, io: CommandIo): Promise<number> {
  const { path } = await finishRun(
    runDirectory,
    prepared.context,
    prepared.advice,
    options.save === undefined ? undefined : resolve(options.save),
  )
  say(io, `Saved: ${path}`)
  return exitCodes.ok
}

type Decision = 'carry-out' | 'steps' | 'leave'

/** Asks what to do with the plan; showing its commands changes nothing, and asks again. */
async function decide(given: string, { plan }: Prepared, isDifferent: boolean, io: CommandIo): Promise<Decision> {
  const prompt = {
    question: 'Carry this out?',
    choices: [
      { value: 'carry-out', label: 'carry it out' },
      { value: 'commands', label: 'show every command first' },
      { value: 'steps', label: 'go through the steps, with this recipe as the answers' },
      { value: 'leave', label: 'leave; nothing is changed' },
    ] as const,
    initial: isDifferent ? ('steps' as const) : ('carry-out' as const),
  }
  for (;;) {
    const answer = await askChoice(prompt, io, `rigup apply ${given} --yes carries it out without asking.`)
    if (answer !== 'commands') return answer
    say(io, ...planLines(plan, { columns: io.stderr.columns ?? 100, commands: true }))
  }
}

function differs(recipe: Recipe, machine: Machine): boolean {
  return recipe.machine !== undefined && recipe.machine.fingerprint !== machineFingerprint(machine)
}

/** Says what differs and what is about to happen, before anything does. */
function announce({ plan, advice }: Prepared, machine: Machine, recipe: Recipe, io: CommandIo): void {
  if (recipe.machine && differs(recipe, machine)) {
    say(
      io,
      `This machine differs from the one that the recipe was made on.`,
      `  made on: ${printable(recipe.machine.summary)}`,
      `  this is: ${machineSummary(machine)}`,
    )
  }
  for (const item of advice) say(io, printable(`${item.kind}: ${item.what} ${item.why}`))
  say(io, `${plan.actions.length} actions, ${downloadWords(plan)} to download. Every command: rigup plan RECIPE`)
  for (const action of plan.actions) say(io, `  ${action.title}${action.needsRoot ? ' (root)' : ''}`)
}

/** Starts a run, or goes on with one that was begun; one that goes on already is only attached to. Gives its folder. */
async function begin({ plan, context }: Prepared, given: string, open: RunStatus | null): Promise<string> {
  if (open?.holder) return open.directory
  const runDirectory =
    open?.directory ?? (await createRun({ plan, recipe: recipeText(context.recipe), options: { recipe: given } }))
  await startRun(runDirectory, {
    command: workerCommandLine(),
    onTerminal: process.stdin.isTTY ? (work) => work() : null,
  })
  return runDirectory
}

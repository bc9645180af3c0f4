import type { ModelReading, ModelReference } from '#steps/model/reading.ts'
import type { Advice } from '../advice/advice.ts'
import type { Directories } from '../core/directories.ts'
import type { HardwareTools } from '../machine/hardware-tools.ts'
import type { Machine } from '../machine/schema.ts'
import type { PlanContext, ProofModel } from '../plan/context.ts'
import type { Plan } from '../plan/plan.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import type { JournalEvent } from '../run/journal-event.ts'
import type { OpenRun } from '../run/runs.ts'
import type { StopRequest } from '../run/stop-request.ts'

/** All that the wizard does to the world; the commands give it, tests give another. */
export type Session = {
  /** True for a saved machine: nothing is carried out. */
  readonly isSaved: boolean
  readonly directories: Directories
  readonly proofModel: ProofModel
  /** What else this machine can be asked; null for a saved one. */
  readonly hardware: HardwareTools | null
  /** Reads the machine; parts come as they are known. */
  readMachine(onPart: (machine: Machine) => void): Promise<Machine>
  /** Reads what a checkpoint says of itself, without its weights; says what became of it and never throws for that. */
  readModel(model: ModelReference, signal: AbortSignal): Promise<ModelReading>
  /** Writes the run and starts it in the background. `onTerminal` lends the terminal to sudo. */
  start(context: PlanContext, plan: Plan, onTerminal: (work: () => Promise<void>) => Promise<void>): Promise<string>
  /** Goes on with a run from the failed action. */
  resume(directory: string, onTerminal: (work: () => Promise<void>) => Promise<void>): Promise<void>
  open(directory: string): Promise<OpenRun>
  follow(directory: string, signal: AbortSignal): AsyncIterable<JournalEvent>
  /** True where a run has no end in its journal and no process behind it: killed, or the machine was started again. */
  isCutOff(directory: string): Promise<boolean>
  /** stop ends what is under way; pause lets it come to its end and begins nothing more. */
  stop(directory: string, request?: StopRequest): Promise<void>
  /** Takes back what a run did, and stops the engine that it left running. */
  undo(directory: string, onTerminal: (work: () => Promise<void>) => Promise<void>): Promise<void>
  /** Stops an engine that was left running. */
  stopEngine(directory: string): Promise<void>
  /** Saves the draft of a recipe that was not carried out; gives its path. */
  saveDraft(recipe: Recipe, advice: readonly Advice[]): Promise<string>
  /** Saves the recipe of a run that succeeded; gives the path. */
  finish(directory: string, context: PlanContext, advice: readonly Advice[]): Promise<{ recipe: Recipe; path: string }>
  /** What a saved recipe can be written as, and the writing: beside the recipe; gives the path. */
  readonly exports: {
    readonly targets: readonly { readonly name: string; readonly describes: string }[]
    write(recipePath: string, name: string, machine: Machine): Promise<string>
  }
}

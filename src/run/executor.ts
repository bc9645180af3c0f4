import type { Operation, OperationKind } from '../plan/operation.ts'
import type { LaunchEvent } from './launch-event.ts'

/** What an operation is doing now, in one line, with sizes in bytes where it knows them. */
export type ProgressUpdate = {
  readonly text: string
  readonly doneBytes?: number | undefined
  readonly totalBytes?: number | undefined
}

/**
 * What an operation may use. It already runs as the user that its action belongs to (root or the operator), in a process of
 * its own: an executor never changes users.
 */
export type OperationContext = {
  /** Aborted when the run is to stop: end what was started, then throw. */
  readonly signal: AbortSignal
  /** Appends to the log of the action; secrets are taken out on the way. */
  readonly log: (chunk: string | Uint8Array) => void
  /** Tells the journal how far it is; may be called often, the runner thins it out. */
  readonly progress: (update: ProgressUpdate) => void
  /** Tells the journal what a launch does. */
  readonly emit: (event: LaunchEvent) => void
  /** The environment for child processes; an operation's own variables go on top. */
  readonly environment: Readonly<Record<string, string>>
  /** Values that must not reach a log. */
  readonly secrets: readonly string[]
  readonly runDirectory: string
  /** Where `log` writes; for `Problem.log`. */
  readonly logFile: string
}

export type OperationOf<K extends OperationKind> = Extract<Operation, { kind: K }>

/** Carries one kind of operation out. Throws a Problem when it cannot; anything else thrown is a defect. */
export type OperationExecutor<K extends OperationKind> = (
  operation: OperationOf<K>,
  context: OperationContext,
) => Promise<void>

type OperationMap = { [K in OperationKind]: OperationOf<K> }

export type Executors = {
  readonly [K in OperationKind]: (operation: OperationMap[K], context: OperationContext) => Promise<void>
}

/** Carries an operation out with the executor of its kind. */
export function execute<K extends OperationKind>(
  executors: Executors,
  operation: OperationMap[K] & { kind: K },
  context: OperationContext,
): Promise<void> {
  return executors[operation.kind](operation, context)
}

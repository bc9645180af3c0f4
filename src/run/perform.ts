import { messageOf, Problem } from '../core/problem.ts'
import { redact } from '../core/redact.ts'
import { describeCheck } from '../plan/describe.ts'
import type { Check, Operation } from '../plan/operation.ts'
import type { Action } from '../plan/plan.ts'
import type { ActionMessage, Failure, Intent } from './action-message.ts'
import { holds } from './checks.ts'
import { type Executors, execute, type OperationContext } from './executor.ts'

type Tell = (message: ActionMessage) => void

/** Carries one action out in this process, as the user that it runs as. Never rejects: a failure is a message. */
export async function performAction(
  action: Action,
  intent: Intent,
  executors: Executors,
  context: OperationContext,
  tell: Tell,
): Promise<void> {
  try {
    if (intent === 'undo' || intent === 'undo-partly') await takeBack(action, intent, executors, context, tell)
    else await carryOut(action, intent, executors, context, tell)
  } catch (error) {
    if (context.signal.aborted) tell({ type: 'stopped' })
    else tell({ type: 'failed', failure: failureOf(error, context) })
  }
}

async function carryOut(action: Action, intent: Intent, executors: Executors, context: OperationContext, tell: Tell) {
  const doneIf = intent === 'again' ? [...action.check, ...action.verify] : action.check
  if (doneIf.length > 0 && (await firstFalse(doneIf, context)) === null) return tell({ type: 'found-done' })
  tell({ type: 'started' })
  try {
    for (const operation of action.operations) await one(operation, executors, context)
  } catch (error) {
    await cleanUp(action, executors, context)
    throw error
  }
  const broken = await firstFalse(action.verify, context)
  if (broken !== null) {
    throw new Problem({
      what: `"${action.title}" was carried out, and is not in effect.`,
      why: `This does not hold: ${describeCheck(broken)}.`,
      next: 'read the log of this action, then try again',
      exit: 'failed',
    })
  }
  tell({ type: 'done' })
}

/** Also after a stop, so without its signal. What cannot be cleaned up hides no failure. */
async function cleanUp(action: Action, executors: Executors, context: OperationContext): Promise<void> {
  const undisturbed = { ...context, signal: new AbortController().signal }
  for (const operation of action.cleanUp ?? []) {
    await one(operation, executors, undisturbed).catch((error: unknown) => context.log(`${messageOf(error)}\n`))
  }
}

async function takeBack(action: Action, intent: Intent, executors: Executors, context: OperationContext, tell: Tell) {
  tell({ type: 'started' })
  for (const operation of action.undo) {
    try {
      await one(operation, executors, context)
    } catch (error) {
      if (intent !== 'undo-partly' || context.signal.aborted) throw error
      context.log(`not needed, it seems: ${messageOf(error)}\n`)
    }
  }
  tell({ type: 'done' })
}

async function one(operation: Operation, executors: Executors, context: OperationContext): Promise<void> {
  context.signal.throwIfAborted()
  await execute(executors, operation, context)
}

async function firstFalse(checks: readonly Check[], context: OperationContext): Promise<Check | null> {
  for (const check of checks) {
    context.signal.throwIfAborted()
    if (!(await holds(check, context))) return check
  }
  return null
}

function failureOf(error: unknown, { secrets }: OperationContext): Failure {
  const clean = (text: string): string => redact(text, secrets)
  if (!(error instanceof Problem)) return { what: clean(messageOf(error)), exit: 'defect' }
  return {
    what: clean(error.message),
    ...(error.why === undefined ? {} : { why: clean(error.why) }),
    ...(error.next === undefined ? {} : { next: clean(error.next) }),
    exit: error.exit,
  }
}

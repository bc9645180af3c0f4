import type { JournalEvent } from '../../run/journal-event.ts'
import type { LaunchEvent } from '../../run/launch-event.ts'

/** An answer of the test, whole or as far as it has come. */
export type Answer = {
  readonly prompt: string
  readonly text: string
  /** Null while it is coming. */
  readonly result: {
    readonly matches: boolean
    /** Null where any sensible text counts. */
    readonly expected: string | null
    readonly firstTokenMilliseconds: number
    readonly tokensPerSecond: number
    readonly completionTokens: number
  } | null
}

/** One start of an engine as the launch screen shows it. Times are milliseconds since 1970. */
export type LaunchView = {
  /** waiting: not begun. proved: it answered, rightly where an answer was expected. wrong: it answered, but not rightly. */
  readonly state: 'waiting' | 'starting' | 'ready' | 'generating' | 'proved' | 'wrong' | 'failed'
  /** The engine's process afterwards: stopped on purpose, or left running. */
  readonly after: 'stopped' | 'kept' | null
  readonly purpose: 'proof' | 'model' | null
  readonly model: string
  readonly pid: number | null
  readonly log: string | null
  /** `127.0.0.1:8000` */
  readonly address: string | null
  readonly startedAt: number | null
  readonly endedAt: number | null
  /** What the engine is doing: a name from src/log, and words. */
  readonly phase: string | null
  readonly text: string
  /** From the start until it answered. */
  readonly readySeconds: number | null
  readonly maxModelLen: number | null
  readonly answers: readonly Answer[]
  /** How it ended by itself. */
  readonly exit: { readonly code: number | null; readonly signal: string | null } | null
}

export const newLaunchView: LaunchView = {
  state: 'waiting',
  after: null,
  purpose: null,
  model: '',
  pid: null,
  log: null,
  address: null,
  startedAt: null,
  endedAt: null,
  phase: null,
  text: '',
  readySeconds: null,
  maxModelLen: null,
  answers: [],
  exit: null,
}

/** What a journal says about the newest launch of an action, or of any action where none is given. */
export function launchView(events: readonly JournalEvent[], action?: string): LaunchView {
  return events.reduce(
    (view, event) =>
      action === undefined || !('action' in event) || event.action === action ? reduceJournal(view, event) : view,
    newLaunchView,
  )
}

/** The view after one more event of the journal; events that are not about a launch change nothing. */
export function reduceJournal(view: LaunchView, event: JournalEvent): LaunchView {
  if (event.type === 'launch') return reduceLaunch(view, event.event, Date.parse(event.at))
  return event.type === 'run-finished' ? overWithRun(view, Date.parse(event.at)) : view
}

/** The view once its run is over, however that came. Pure. */
export function overWithRun(view: LaunchView, at: number): LaunchView {
  // A start that was broken off, or given up, says nothing of its own at its end.
  const isOpen = view.startedAt !== null && view.endedAt === null
  return isOpen ? { ...view, after: 'stopped', endedAt: at } : view
}

/** The view after one more event of the launch. A new process begins a new view. */
export function reduceLaunch(view: LaunchView, event: LaunchEvent, at: number): LaunchView {
  switch (event.type) {
    case 'spawned':
      return {
        ...newLaunchView,
        state: 'starting',
        purpose: event.purpose,
        model: event.model,
        pid: event.pid,
        log: event.log,
        address: `${event.host}:${event.port}`,
        startedAt: at,
      }
    case 'phase':
      return { ...view, phase: event.phase, text: event.text }
    case 'ready':
      return { ...view, state: 'ready', text: '', readySeconds: event.seconds, maxModelLen: event.maxModelLen ?? null }
    case 'generating': {
      const answers = withAnswer(view.answers, { prompt: event.prompt, text: event.text, result: null })
      return { ...view, state: 'generating', answers }
    }
    case 'generated': {
      const { prompt, text, ...result } = event
      const answers = withAnswer(view.answers, { prompt, text, result })
      return { ...view, state: isWrong(answers) ? 'wrong' : 'proved', answers }
    }
    case 'stopped':
      return { ...view, after: 'stopped', endedAt: at }
    case 'kept':
      return { ...view, after: 'kept', endedAt: at }
    case 'exited':
      return { ...view, state: 'failed', endedAt: at, exit: { code: event.code, signal: event.signal } }
  }
}

/** An answer that is coming takes the place of what came of it before. */
function withAnswer(answers: readonly Answer[], answer: Answer): readonly Answer[] {
  const last = answers.at(-1)
  return last && last.result === null && last.prompt === answer.prompt
    ? [...answers.slice(0, -1), answer]
    : [...answers, answer]
}

function isWrong(answers: readonly Answer[]): boolean {
  return answers.some((answer) => answer.result?.matches === false)
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { exitCodes, messageOf, Problem } from '../core/problem.ts'
import type { Action } from '../plan/plan.ts'
import { actionLog } from './action-log.ts'
import { type ActionMessage, actionMessageSchema, type Intent, intents, type Performer } from './action-message.ts'
import { defined, rootEnvironment, secretsOf } from './environment.ts'
import type { Executors } from './executor.ts'
import { type Owner, openForAppend } from './owned-file.ts'
import { performAction } from './perform.ts'
import { signalGroup } from './run-process.ts'
import { readPlan } from './runs.ts'

/** How long an action may take to end what it started (an engine needs some seconds) before its process is killed. */
const stopSeconds = 60

type ActionProcesses = {
  /** The command that carries an action out: this program with its `worker` command. */
  readonly command: readonly string[]
  readonly runDirectory: string
  readonly owner: Owner
  /** What a command line begins with to run as the owner. */
  readonly asOwner: readonly string[]
  /** The environment of the operator. */
  readonly environment: Readonly<Record<string, string>>
}

/** Where an action's output goes. */
export function actionLogPath(runDirectory: string, actionId: string): string {
  return join(runDirectory, 'logs', `${actionId}.log`)
}

/**
 * Carries each action out in a process of its own, started as the user that the action belongs to and with that user's environment: root's
 * actions as root, all others as the operator with all of the operator's groups. The process ends with the one that started it.
 */
export function actionProcesses(options: ActionProcesses): Performer {
  return async (action, intent, tell, signal) => {
    const log = await openForAppend(actionLogPath(options.runDirectory, action.id), options.owner)
    try {
      await perform(action, intent, tell, signal, log, options)
    } finally {
      await log.close()
    }
  }
}

async function perform(
  action: Action,
  intent: Intent,
  tell: (message: ActionMessage) => void,
  signal: AbortSignal,
  log: FileHandle,
  { command, runDirectory, asOwner, environment }: ActionProcesses,
): Promise<void> {
  const [file = '', ...rest] = [
    ...(action.needsRoot ? [] : asOwner),
    ...command,
    runDirectory,
    'action',
    action.id,
    intent,
  ]
  const own = action.needsRoot && process.getuid?.() === 0 ? rootEnvironment(environment) : environment
  const child = spawn(file, rest, {
    cwd: '/',
    env: { ...own, ...nodeNetwork(environment) },
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
    detached: true,
  })
  let last: ActionMessage | null = null
  child.on('message', (message) => {
    const parsed = actionMessageSchema.safeParse(message)
    if (!parsed.success) return
    last = parsed.data
    tell(parsed.data)
  })
  let killTimer: NodeJS.Timeout | undefined
  const stop = (): void => {
    child.kill('SIGTERM')
    killTimer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), stopSeconds * 1000)
  }
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const [code, by] = await once(child, 'close').then(([first, second]) => [first as unknown, second as unknown])
    if (!isEnd(last)) tell(signal.aborted ? { type: 'stopped' } : endedEarly(code, by))
  } catch (error) {
    tell(notStarted(error))
  } finally {
    clearTimeout(killTimer)
    signal.removeEventListener('abort', stop)
  }
}

function isEnd(message: ActionMessage | null): boolean {
  return message !== null && ['found-done', 'done', 'stopped', 'failed'].includes(message.type)
}

function endedEarly(code: unknown, signal: unknown): ActionMessage {
  const how = typeof signal === 'string' ? `by ${signal}` : `with exit code ${String(code)}`
  return {
    type: 'failed',
    failure: {
      what: `The process of this action ended ${how} before it was done.`,
      why:
        signal === 'SIGKILL'
          ? 'Often the kernel does this when memory runs out; see dmesg.'
          : 'The log of this action may say why.',
      next: 'try again',
      exit: 'failed',
    },
  }
}

function notStarted(error: unknown): ActionMessage {
  return {
    type: 'failed',
    failure: {
      what: 'The process of this action could not be started.',
      why: messageOf(error),
      next: 'look whether rigup was moved or is being installed anew, then run the same command again',
      exit: 'machine',
    },
  }
}

/** Node.js reads these once, when it starts: proxies, and a certificate that was set for other tools. */
function nodeNetwork(environment: Readonly<Record<string, string>>): Record<string, string> {
  const certificate = environment.NODE_EXTRA_CA_CERTS ?? environment.SSL_CERT_FILE
  return defined({ NODE_USE_ENV_PROXY: '1', NODE_USE_SYSTEM_CA: '1', NODE_EXTRA_CA_CERTS: certificate })
}

/** The inside of an action process: carries the action out, tells the parent, and ends. Its output is its log. */
export async function runActionProcess(
  runDirectory: string,
  actionId: string | undefined,
  intentName: string | undefined,
  executors: Executors,
): Promise<never> {
  const action = (await readPlan(runDirectory)).actions.find(({ id }) => id === actionId)
  const intent = intents.find((name) => name === intentName)
  if (action === undefined || intent === undefined || process.send === undefined) {
    throw new Problem({ what: 'This command is for rigup itself.', next: 'see: rigup --help', exit: 'usage' })
  }
  const stop = new AbortController()
  process.on('SIGTERM', () => stop.abort())
  process.on('SIGHUP', () => undefined)
  process.on('SIGINT', () => undefined)
  // Whoever started this is gone: nobody would note what happens from here on.
  process.on('disconnect', () => stop.abort())
  const environment = defined(process.env)
  const secrets = secretsOf(environment)
  // A log that cannot be written, on a full disk most likely, is no reason to break off; the work itself tells what it lacks.
  process.stdout.on('error', () => undefined)
  const log = actionLog((text) => process.stdout.write(text), secrets)
  let sent: Promise<void> = Promise.resolve()
  const tell = (message: ActionMessage): void => {
    sent = sent.then(() => send(message))
  }
  await performAction(
    action,
    intent,
    executors,
    {
      signal: stop.signal,
      log: log.write,
      progress: ({ text, doneBytes, totalBytes }) => tell({ type: 'progress', text, ...sizes(doneBytes, totalBytes) }),
      emit: (event) => tell({ type: 'launch', event }),
      environment,
      secrets,
      runDirectory,
      logFile: actionLogPath(runDirectory, action.id),
    },
    tell,
  )
  log.flush()
  await sent
  // Not by running out of things to do: the channel to the parent, and an engine that was left running, would keep it.
  process.exit(exitCodes.ok)
}

function sizes(doneBytes?: number, totalBytes?: number): { doneBytes?: number; totalBytes?: number } {
  return { ...(doneBytes === undefined ? {} : { doneBytes }), ...(totalBytes === undefined ? {} : { totalBytes }) }
}

/** Resolves when the parent has it; a parent that is gone is told nothing. */
function send(message: ActionMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve())
    else resolve()
  })
}

import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { printableLine } from '../core/printable.ts'
import { Problem } from '../core/problem.ts'
import { type BackgroundFacts, backgroundFacts } from './background-facts.ts'
import { defined } from './environment.ts'
import { readJournal } from './journal.ts'
import { enableLinger } from './linger.ts'
import { openForAppend, ownerOf } from './owned-file.ts'
import { refuseWhileBusy } from './run-lock.ts'
import { runProcess } from './run-process.ts'

type BackgroundWay = {
  readonly kind: 'system-unit' | 'user-unit' | 'detached'
  /** Switch linger on first; where that is refused, `otherwise` holds. */
  readonly needsLinger: boolean
  readonly otherwise: 'detached' | 'user-unit'
}

/** How a worker is started so that it outlives the terminal. Pure. Sources: systemd-run(1), logind.conf(5) KillUserProcesses. */
export function backgroundWay(facts: BackgroundFacts): BackgroundWay {
  if (facts.isRoot && facts.hasSystemd) return { kind: 'system-unit', needsLinger: false, otherwise: 'detached' }
  if (!facts.isRoot && facts.hasUserManager) {
    // Without linger the user's systemd ends some seconds after the last session, and the unit with it.
    return {
      kind: 'user-unit',
      needsLinger: !facts.lingers,
      otherwise: facts.killsUserProcesses === true ? 'user-unit' : 'detached',
    }
  }
  return { kind: 'detached', needsLinger: false, otherwise: 'detached' }
}

type StartedWorker = {
  readonly kind: BackgroundWay['kind']
  /** The unit's name under systemd. */
  readonly unit: string | null
  /** Something that the operator should know about how long it lives. */
  readonly note: string | null
}

/** Where what a worker says about itself goes; actions have logs of their own. */
export function workerLogPath(runDirectory: string): string {
  return join(runDirectory, 'logs', 'worker.log')
}

/**
 * Starts the worker of a run as the user that this process runs as, and resolves once it holds the lock.
 * `command` is the command line of this program's `worker` command. Throws a Problem where it does not come up.
 */
export async function startWorker(
  directory: string,
  command: readonly string[],
  mode: 'do' | 'undo' = 'do',
): Promise<StartedWorker> {
  const runDirectory = resolve(directory)
  const argv = [...command, runDirectory, mode]
  const way = backgroundWay(await backgroundFacts())
  const before = await tracesOf(runDirectory)
  const mayLive = !way.needsLinger || (await enableLinger(runDirectory))
  const kind = mayLive ? way.kind : way.otherwise
  const unit = kind === 'detached' ? null : unitName(runDirectory)
  if (unit === null) await startDetached(argv, runDirectory)
  else await startUnit(kind === 'user-unit', unit, argv, runDirectory)
  await waitForWorker(runDirectory, before)
  return { kind, unit, note: mayLive || kind === 'detached' ? null : shortLife }
}

const shortLife =
  'This run ends when you log out: systemd may not keep your processes. An administrator can allow it with: loginctl enable-linger'

/** The unit of a run's worker: `rigup-20261121T034306Z-NAME-RANDOM.service`. */
function unitName(runDirectory: string): string {
  return `rigup-${basename(runDirectory).replace(/[^A-Za-z0-9.-]/g, '-')}`
}

async function startUnit(isUser: boolean, unit: string, argv: readonly string[], runDirectory: string): Promise<void> {
  const log = workerLogPath(runDirectory)
  // The log is made here: systemd would make one that all can read.
  await (await openForAppend(log, await ownerOf(runDirectory))).close()
  let output = ''
  const result = await runProcess({
    argv: [
      'systemd-run',
      ...(isUser ? ['--user'] : []),
      `--unit=${unit}`,
      `--description=rigup carries out ${basename(runDirectory)}`,
      '--collect',
      '--quiet',
      // An engine that is left running on purpose stays; what else an action started, the worker ends itself.
      '--property=KillMode=process',
      '--property=TimeoutStopSec=90',
      `--property=StandardOutput=append:${log}`,
      `--property=StandardError=append:${log}`,
      '--',
      ...argv,
    ],
    environment: defined(process.env),
    timeoutSeconds: 30,
    signal: new AbortController().signal,
    onOutput(chunk) {
      output += chunk.toString('utf8')
    },
  })
  if (result.kind === 'exited' && result.code === 0) return
  throw new Problem({
    what: 'systemd did not start the run.',
    why: printableLine(output.trim()) || undefined,
    next: isUser ? 'see: systemctl --user status' : 'see: systemctl status',
    exit: 'machine',
  })
}

async function startDetached([file = '', ...rest]: readonly string[], runDirectory: string): Promise<void> {
  const log = await openForAppend(workerLogPath(runDirectory), await ownerOf(runDirectory))
  // `detached` is setsid: no terminal, so no hang-up at its end.
  const child = spawn(file, rest, { cwd: '/', stdio: ['ignore', log.fd, log.fd], detached: true })
  child.on('error', () => undefined)
  child.unref()
  await log.close()
}

const startMilliseconds = 20_000
/** A worker that cannot begin says why and ends; one that begins holds the lock by then. */
const failMilliseconds = 1500

async function waitForWorker(runDirectory: string, before: WorkerTraces): Promise<void> {
  const begun = Date.now()
  let spokeAt = Number.POSITIVE_INFINITY
  while (Date.now() < Math.min(begun + startMilliseconds, spokeAt + failMilliseconds)) {
    const now = await tracesOf(runDirectory)
    if (now.starts > before.starts) return
    if (now.log.length > before.log.length) spokeAt = Math.min(spokeAt, Date.now())
    await delay(30)
  }
  await refuseWhileBusy(dirname(runDirectory))
  const { log } = await tracesOf(runDirectory)
  throw new Problem({
    what: 'The run did not start.',
    why: printableLine(log.slice(before.log.length).trim().split('\n')[0] ?? '') || 'Its process says nothing.',
    next: 'try again',
    log: workerLogPath(runDirectory),
    exit: 'failed',
  })
}

type WorkerTraces = { readonly starts: number; readonly log: string }

async function tracesOf(runDirectory: string): Promise<WorkerTraces> {
  const events = await readJournal(runDirectory)
  return {
    starts: events.filter(({ type }) => type === 'run-started' || type === 'undo-started').length,
    log: await readFile(workerLogPath(runDirectory), 'utf8').catch(() => ''),
  }
}

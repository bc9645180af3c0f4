import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { printableLine } from '../core/printable.ts'
import { Problem } from '../core/problem.ts'
import { redact } from '../core/redact.ts'
import { shellLine } from '../core/shell-quote.ts'
import type { Serve } from '../plan/serve.ts'
import type { OperationContext, OperationExecutor } from '../run/executor.ts'
import { identify } from '../run/process-identity.ts'
import { createApiClient, readApiKey } from './api-client.ts'
import { containerOf, labelled } from './container.ts'
import { endAsWhole } from './control-group.ts'
import { engineEnvironment } from './engine-environment.ts'
import { exitProblem, outOfMemoryKills } from './engine-exit.ts'
import { type EngineProcess, startEngine } from './engine-process.ts'
import { removeLeftBehind } from './left-behind.ts'
import { listenerOn } from './listeners.ts'
import { followLog } from './log-follower.ts'
import { runPreparation } from './preparation.ts'
import { prove } from './prove.ts'
import { stopServer } from './stop.ts'
import { runtimeDirectory } from './user-manager.ts'
import { waitForModel, waitForServer } from './wait-ready.ts'
import { watchStart } from './watch-start.ts'

/** So long an engine may take to end after a request to it broke. */
const exitNoticeMilliseconds = 2000
const shownCharacters = 200

type Start = {
  readonly request: Serve
  readonly context: OperationContext
  readonly log: string
  /** The kernel's count of processes that it ended for lack of memory, before the start. */
  readonly killsBefore: number | null
}

/**
 * Starts an engine, waits until it lists its model, proves that it generates, and stops it or leaves it running. A server
 * that says that it is ready and cannot generate has failed. Whatever goes wrong, nothing of the engine is left behind.
 */
export const serve: OperationExecutor<'serve'> = async ({ serve: request }, context) => {
  const apiKey = await readApiKey(request.apiKeyFile)
  await removeLeftBehind(request.argv, context.log)
  await refuseTakenPort(request)
  const { argv, directory, purpose, host, port, servedName, cleanUp } = request
  const log = join(context.runDirectory, 'logs', `engine-${purpose}.log`)
  const operator = { ...context.environment, ...(await runtimeDirectory(context.environment)) }
  const environment = engineEnvironment(request, operator, apiKey)
  context.log(`$ ${shellLine(argv)}\n`)
  const killsBefore = await outOfMemoryKills()
  const begin = performance.now()
  const engine = await startEngine({ argv: labelled(argv, context.runDirectory), environment, directory, log })
  const { pid } = engine
  const identity = (await identify(pid)) ?? undefined
  const stop = () => stopServer({ pid, identity, cleanUp })
  context.emit({ type: 'spawned', pid, ...(identity && { identity }), log, host, port, purpose, model: servedName })

  try {
    await whileRunning(engine, { request, context, log, killsBefore }, async (signal, { onReady, onGain }) => {
      if (request.endsAsWhole) context.log(await endAsWhole(pid, signal))
      const client = createApiClient(request, apiKey)
      if (request.prepare) {
        await waitForServer(request, client, signal)
        await runPreparation(request.prepare, environment, { ...context, signal }, onGain)
      }
      const { models, maxModelLen } = await waitForModel(request, client, signal)
      const seconds = (performance.now() - begin) / 1000
      onReady()
      context.emit({
        type: 'ready',
        seconds,
        models: [...models],
        ...(maxModelLen === undefined ? {} : { maxModelLen }),
      })
      await prove(request, client, signal, context.emit)
    })
  } catch (error) {
    await stop()
    throw error instanceof Problem ? withLog(error, log) : error
  }
  if (request.afterTest === 'keep') {
    engine.letGo()
    context.emit({ type: 'kept', pid })
    return
  }
  const { seconds } = await stop()
  context.emit({ type: 'stopped', seconds })
}

/**
 * Does something with an engine that runs. Whichever comes first decides: it succeeds, it fails, the engine ends, the engine
 * no longer gets on, or the run is to stop; the others are then called off.
 */
async function whileRunning(
  engine: EngineProcess,
  { request, context, log, killsBefore }: Start,
  work: (signal: AbortSignal, tell: { onReady: () => void; onGain: () => void }) => Promise<void>,
): Promise<void> {
  const over = new AbortController()
  const signal = AbortSignal.any([context.signal, over.signal])
  const follower = await followLog(log)
  const ending = engine.exited.then(async (exit): Promise<never> => {
    // Not where the engine was stopped on purpose.
    signal.throwIfAborted()
    context.emit({ type: 'exited', ...exit })
    const kills = await outOfMemoryKills()
    const tool = containerOf(request.argv)?.tool
    const container = tool === undefined ? undefined : { name: basename(tool), said: await lastLine(log) }
    throw exitProblem(exit, kills === null || killsBefore === null ? 0 : kills - killsBefore, log, container)
  })
  // The log is read behind its writer: what it says of the start once the engine has answered is no news.
  let isStarting = true
  const watch = watchStart(request, engine.pid, follower, (event) => {
    if (isStarting) context.emit(event)
  })
  const watching = watch.watch(signal)
  const working = work(signal, {
    onReady: () => {
      isStarting = false
    },
    onGain: watch.note,
  })
  try {
    await Promise.race([working, watching, ending])
  } catch (error) {
    context.signal.throwIfAborted()
    // A request fails a moment before the end of its server is seen; where that comes, it is the better reason.
    await Promise.race([ending, delay(exitNoticeMilliseconds)])
    throw error
  } finally {
    over.abort()
    ending.catch(() => {})
    await Promise.allSettled([working, watching])
    await follower.close()
  }
}

async function lastLine(log: string): Promise<string | undefined> {
  const lines = (await readFile(log, 'utf8').catch(() => '')).slice(-4096).split('\n')
  const line = lines.findLast((one) => one.trim() !== '')
  return line === undefined ? undefined : redact(printableLine(line))
}

function withLog(problem: Problem, log: string): Problem {
  if (problem.log !== undefined) return problem
  const { message: what, why, next, exit, cause } = problem
  return new Problem({ what, why, next, exit, cause, log })
}

async function refuseTakenPort({ host, port }: Serve): Promise<void> {
  const listener = await listenerOn(host, port)
  if (!listener) return
  const { pid, command } = listener
  throw new Problem({
    what: `Port ${port} is in use.`,
    why:
      pid === null
        ? 'A process of another user listens on it.'
        : `Process ${pid} listens on it: ${printableLine(redact(command ?? 'unknown')).slice(0, shownCharacters)}`,
    next: pid === null ? 'choose another port' : `stop that process (kill ${pid}), or choose another port`,
    exit: 'machine',
  })
}

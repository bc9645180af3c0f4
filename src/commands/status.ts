import { formatSeconds } from '../core/durations.ts'
import { printableLine } from '../core/printable.ts'
import { exitCodes } from '../core/problem.ts'
import { actionLogPath } from '../run/action-process.ts'
import { type RunStatus, readRuns } from '../run/runs.ts'
import { type KeptEngine, keptEngineOf } from '../services/kept-engine.ts'
import { type CommandIo, say, writeJson } from './io.ts'

/** A run whose plan or journal is damaged, or of a newer rigup. */
export function unreadableRun(directory: string): string {
  return `The run ${directory} cannot be read: it is damaged, or of a newer rigup.`
}

/** What one run did, for `--json`. */
function runSummary(run: RunStatus) {
  const titles = new Map(run.plan.actions.map(({ id, title }) => [id, title]))
  return {
    id: run.id,
    directory: run.directory,
    recipe: run.plan.recipe,
    status: run.status,
    workerPid: run.holder?.process.pid ?? null,
    startedAt: run.events[0]?.at ?? null,
    actions: run.actions.map(({ id, status, touched, seconds, why }) => ({
      id,
      title: titles.get(id) ?? id,
      status,
      changedByRigup: touched,
      seconds,
      why,
      log: actionLogPath(run.directory, id),
    })),
  }
}

/** `rigup status`: what runs, what was done, what serves, and where the logs are. Gives the exit code. */
export async function runStatusCommand({ json }: { json: boolean }, io: CommandIo): Promise<number> {
  const { runs, unreadable } = await readRuns()
  const engines = (await Promise.all(runs.map(({ directory }) => keptEngineOf(directory).catch(() => null)))).filter(
    (one) => one !== null,
  )
  if (json) {
    writeJson(io, {
      runs: runs.map(runSummary),
      serving: engines.filter(({ isWhole }) => isWhole).map(engineSummary),
      leftOver: engines.filter(({ isWhole }) => !isWhole).map(engineSummary),
    })
    return exitCodes.ok
  }
  for (const directory of unreadable) say(io, printableLine(unreadableRun(directory)))
  io.stdout.write(`${statusLines(runs, engines).map(printableLine).join('\n')}\n`)
  return exitCodes.ok
}

function engineSummary({ runDirectory, pid, address, model }: KeptEngine) {
  return { run: runDirectory, pid, address, model }
}

function engineLine({ address, model, pid, isWhole }: KeptEngine): string {
  return isWhole
    ? `Serving ${model} at http://${address}/v1 (process ${pid})`
    : `Left of the engine of ${model}, whose first process (${pid}) is gone: others of it hold memory. rigup stop ends them.`
}

/** The newest run with its actions, the others in a line each, and the engines that answer now. */
function statusLines(runs: readonly RunStatus[], engines: readonly KeptEngine[]): string[] {
  const [newest, ...others] = runs
  if (newest === undefined) return ['rigup has carried out nothing on this machine yet.']
  return [
    ...engines.map(engineLine),
    headline(newest),
    ...newest.actions.map((state, index) => actionLine(state, newest.plan.actions[index]?.title ?? state.id)),
    `  logs: ${newest.directory}/logs`,
    ...(others.length === 0 ? [] : ['Before that:', ...others.map((run) => `  ${headline(run)}`)]),
  ]
}

const statusWords: Record<RunStatus['status'], string> = {
  new: 'was never started',
  running: 'goes on',
  undoing: 'is being taken back',
  done: 'is done',
  failed: 'failed; the same command goes on from there',
  stopped: 'was stopped; the same command goes on from there',
  interrupted: 'was cut off; the same command goes on from there',
  undone: 'was taken back',
}

function headline({ id, status, holder }: RunStatus): string {
  return `${id} ${statusWords[status]}${holder === null ? '' : ` (process ${holder.process.pid})`}`
}

function actionLine({ status, seconds, why }: RunStatus['actions'][number], title: string): string {
  const time = seconds === null ? '' : `  ${formatSeconds(seconds)}`
  return `  ${status.padEnd(10)}  ${title}${time}${why === null ? '' : `  (${why})`}`
}

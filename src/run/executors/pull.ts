import { setTimeout as delay } from 'node:timers/promises'
import { messageOf, Problem } from '../../core/problem.ts'
import { pullProblem } from '../containers/container-problem.ts'
import { dockerSocket, hasLogin, pullByApi } from '../containers/docker-api.ts'
import { pullProgress } from '../containers/pull-progress.ts'
import type { OperationContext, OperationOf } from '../executor.ts'
import { run } from './run.ts'

type Pull = OperationOf<'pull'>

const attempts = 3
const pauseSeconds = 5

/**
 * Pulls a container image. docker's daemon is asked itself, because its command tells no sizes where it has no terminal; the command does
 * it where the daemon is elsewhere or the registry wants a login, and for podman. A cut line is tried again: layers that came stay.
 */
export async function pull(operation: Pull, context: OperationContext): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await pullOnce(operation, context)
    } catch (error) {
      context.signal.throwIfAborted()
      if (!(error instanceof Problem) || error.exit !== 'network' || attempt === attempts) throw error
      context.log(`${error.message} ${error.why ?? ''}\n`)
      context.progress({ text: `the line was cut; next attempt in ${attempt * pauseSeconds} s` })
      await delay(attempt * pauseSeconds * 1000, undefined, { signal: context.signal })
    }
  }
}

async function pullOnce({ tool, image }: Pull, context: OperationContext): Promise<void> {
  const isByApi = tool === 'docker' && !(await hasLogin(image, context.environment))
  const socket = isByApi ? await dockerSocket() : null
  try {
    if (socket === null) {
      return await run({ kind: 'run', argv: [tool, 'pull', image], progress: 'docker' }, context)
    }
    context.log(`$ ${tool} pull ${image}\n`)
    const read = pullProgress()
    await pullByApi(socket, image, context.signal, (event) => {
      const isBytes = event.progressDetail?.current !== undefined
      if (!isBytes) context.log(`${event.id === undefined ? '' : `${event.id}: `}${event.status}\n`)
      const update = read(event)
      if (update !== null) context.progress(update)
    })
  } catch (error) {
    context.signal.throwIfAborted()
    const isOther = error instanceof Problem && error.exit === 'machine'
    if (isOther) throw error
    const said = error instanceof Problem ? (error.why ?? error.message) : messageOf(error)
    throw pullProblem(said, tool, image, context.logFile)
  }
}

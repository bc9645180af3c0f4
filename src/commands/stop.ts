import { exitCodes } from '../core/problem.ts'
import { goingRun } from '../run/runs.ts'
import { requestStop } from '../run/stop-request.ts'
import { findKeptEngine, stopKeptEngine } from '../services/kept-engine.ts'
import { type CommandIo, say } from './io.ts'

/** `rigup stop`: stops the run that goes on, or else the engine that was left running. Gives the exit code. */
export async function runStop(io: CommandIo): Promise<number> {
  const directory = await goingRun()
  if (directory !== null) {
    await requestStop(directory)
    say(io, `Asked the run ${directory} to stop. It ends what it has begun; rigup status tells when.`)
    return exitCodes.ok
  }
  const engine = await findKeptEngine()
  if (!engine) {
    say(io, 'Nothing that rigup started runs now.')
    return exitCodes.ok
  }
  say(
    io,
    engine.isWhole
      ? `Stopping the engine at ${engine.address} (process ${engine.pid}) ...`
      : `Ending what is left of the engine at ${engine.address}, whose first process (${engine.pid}) is gone ...`,
  )
  await stopKeptEngine(engine.runDirectory)
  say(io, 'Stopped.')
  return exitCodes.ok
}

import { hasCode } from '../core/problem.ts'
import { terminalOf } from '../ui/terminal.ts'

/** Where a command reads and writes: JSON and other results go to `stdout`, everything said about them to `stderr`. */
export type CommandIo = {
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
  environment: Readonly<Record<string, string | undefined>>
}

/**
 * The process's own streams. Who no longer reads the results, as `head` does after some lines, has enough; who no longer reads what is said
 * about the work does not end the work.
 */
export async function processIo(): Promise<CommandIo> {
  process.stdout.on('error', (error) => {
    if (!hasCode(error, 'EPIPE')) throw error
    process.exit()
  })
  process.stderr.on('error', (error) => {
    if (!hasCode(error, 'EPIPE')) throw error
  })
  const { stdin, stdout, stderr, env } = process
  return { stdin, stdout: await legible(stdout, env), stderr: await legible(stderr, env), environment: env }
}

/** What a terminal cannot show is written as its ASCII twin; files and pipes get every character as it is. */
async function legible(stream: NodeJS.WriteStream, environment: CommandIo['environment']): Promise<NodeJS.WriteStream> {
  if (!stream.isTTY || terminalOf(environment, stream).unicode) return stream
  const { asciiStream } = await import('../ui/ascii-stream.ts')
  return asciiStream(stream)
}

/** Writes a value as JSON, indented, with a line end. */
export function writeJson(io: Pick<CommandIo, 'stdout'>, value: unknown): void {
  io.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** Writes lines for people to stderr. */
export function say(io: Pick<CommandIo, 'stderr'>, ...lines: readonly string[]): void {
  io.stderr.write(`${lines.join('\n')}\n`)
}

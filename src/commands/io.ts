/** Where a command reads and writes: JSON and other results go to `stdout`, everything said about them to `stderr`. */
export type CommandIo = {
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
  environment: Readonly<Record<string, string | undefined>>
}

/** The process's own streams. */
export function processIo(): CommandIo {
  return { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, environment: process.env }
}

/** Writes a value as JSON, indented, with a line end. */
export function writeJson(io: Pick<CommandIo, 'stdout'>, value: unknown): void {
  io.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** Writes lines for people to stderr. */
export function say(io: Pick<CommandIo, 'stderr'>, ...lines: readonly string[]): void {
  io.stderr.write(`${lines.join('\n')}\n`)
}

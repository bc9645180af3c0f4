import type { CommandResult, Host, RunOptions } from '../host/host.ts'
import type { Reading, Source } from '../reading.ts'

/** Asks one part of the machine; gives what it learned, and never throws. */
export type Probe = (host: Host) => Promise<readonly Reading[]>

/** A source with the present moment. */
export function sourceAt(host: Host, name: string): Source {
  return { name, at: host.now() }
}

/**
 * Runs a command and reads what it printed. An absent program tells nothing; one that hangs or cannot be started is a problem of
 * the machine that is reported under its name.
 */
export async function ask(
  host: Host,
  argv: readonly string[],
  read: (text: string, source: Source) => Reading | readonly Reading[],
  options?: RunOptions,
): Promise<Reading[]> {
  const result = await host.run(argv, options)
  const problem = problemOf(argv, result)
  if (problem) return [problem]
  if (result.kind !== 'ended') return []
  const text = result.code === 0 ? result.stdout : `${result.stdout}\n${result.stderr}`
  return [read(text, sourceAt(host, argv.join(' ')))].flat()
}

/** What a command that hung or was refused means; null for one that ended or is not there. */
export function problemOf(argv: readonly string[], result: CommandResult): Reading | null {
  const name = argv[0]?.split('/').at(-1) ?? 'a command'
  const command = [name, ...argv.slice(1)].join(' ')
  if (result.kind === 'hung') {
    const seconds = (result.afterMilliseconds / 1000).toFixed(0)
    return { problems: [{ about: name, text: `${command} did not answer within ${seconds} s and was ended.` }] }
  }
  if (result.kind === 'refused') {
    return { problems: [{ about: name, text: `${command} could not be started: ${result.reason}.` }] }
  }
  return null
}

/** A tool that was asked several things and hung or was refused each time is one problem: the first. */
export function oncePerTool(readings: readonly Reading[]): Reading[] {
  const seen = new Set<string>()
  return readings.flatMap((reading) => {
    if (!reading.problems) return [reading]
    const problems = reading.problems.filter(({ about }) => !seen.has(about))
    for (const { about } of problems) seen.add(about)
    const { problems: _, ...rest } = reading
    return problems.length > 0 ? [{ ...rest, problems }] : Object.keys(rest).length > 0 ? [rest] : []
  })
}

/** Reads a file; an absent one tells nothing. */
export async function askFile(
  host: Host,
  path: string,
  read: (text: string, source: Source) => Reading | readonly Reading[],
): Promise<Reading[]> {
  const text = await host.readText(path)
  return text === null ? [] : [read(text, sourceAt(host, path))].flat()
}

/** Where a program lies in PATH; null where it is not there. */
export async function findProgram(host: Host, name: string): Promise<string | null> {
  const directories = (host.environment.PATH ?? '/usr/local/bin:/usr/bin:/bin').split(':')
  for (const directory of new Set([...directories, '/usr/local/sbin', '/usr/sbin', '/sbin'])) {
    if (!directory.startsWith('/')) continue
    const path = `${directory}/${name}`
    if (await host.may(path, 'x')) return path
  }
  return null
}

/** The first word of a small file of sysfs or procfs, trimmed. */
export async function word(host: Host, path: string): Promise<string | null> {
  const text = await host.readText(path, 64 * 1024)
  const trimmed = text?.trim() ?? ''
  return trimmed === '' ? null : trimmed
}

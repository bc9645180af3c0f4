import { createReadStream } from 'node:fs'
import { parseCount } from '../core/counts.ts'
import { printableLine } from '../core/printable.ts'
import { exitCodes, hasCode, messageOf, Problem } from '../core/problem.ts'
import { redact } from '../core/redact.ts'
import { diagnosisPage } from '../diagnosis/page.ts'
import { diagnoseStream } from '../diagnosis/read.ts'
import type { Diagnosis } from '../diagnosis/schema.ts'
import { type NumberedLine, surroundings } from '../diagnosis/surroundings.ts'
import { type CommandIo, writeJson } from './io.ts'

export type DiagnoseOptions = {
  /** `-` or absent: standard input. */
  file?: string | undefined
  json: boolean
  /** Lines to show around each piece of evidence, as given. */
  context: string
}

const chunkBytes = 64 * 1024

function open(file: string): AsyncIterable<Uint8Array> {
  return createReadStream(file, { highWaterMark: chunkBytes })
}

function unreadable(file: string, error: unknown): Problem {
  const why = hasCode(error, 'ENOENT')
    ? 'there is no such file'
    : hasCode(error, 'EISDIR')
      ? 'it is a folder'
      : messageOf(error)
  return new Problem({
    what: `The log ${printableLine(file)} cannot be read: ${why}.`,
    next: 'rigup diagnose FILE, or a log on standard input',
    exit: 'input',
    cause: error,
  })
}

/** A log may hold keys; nothing of them is shown. */
function withoutSecrets(diagnosis: Diagnosis): Diagnosis {
  return { ...diagnosis, evidence: diagnosis.evidence.map(({ line, text }) => ({ line, text: redact(text) })) }
}

async function around(
  diagnosis: Diagnosis,
  distance: number,
  file: string | undefined,
  whole: Uint8Array | null,
): Promise<NumberedLine[]> {
  if (distance <= 0 || diagnosis.evidence.length === 0) return []
  const source = whole
    ? (async function* () {
        yield whole
      })()
    : file === undefined
      ? null
      : open(file)
  if (!source) return []
  const lines = await surroundings(
    source,
    diagnosis.evidence.map(({ line }) => line),
    distance,
  )
  return lines.map(({ line, text }) => ({ line, text: redact(text) }))
}

function linesAround(given: string): number {
  const lines = parseCount(given)
  if (lines !== null) return lines
  throw new Problem({
    what: `--context ${printableLine(given)} is not a number of lines.`,
    next: 'rigup diagnose FILE --context 3',
    exit: 'usage',
  })
}

/**
 * `rigup diagnose [FILE|-] [--json] [--context N]`: what a log says went wrong, and what to change.
 *
 * Returns `ok` whether or not the log shows a failure; throws a Problem where it cannot be read, or the command line is wrong.
 */
export async function runDiagnose(
  options: DiagnoseOptions,
  io: Pick<CommandIo, 'stdin' | 'stdout' | 'stderr'>,
): Promise<number> {
  const distance = linesAround(options.context)
  const file = options.file === undefined || options.file === '-' ? undefined : options.file
  try {
    const read = await diagnoseStream(file === undefined ? io.stdin : open(file))
    const diagnosis = withoutSecrets(read.diagnosis)
    if (options.json) writeJson(io, diagnosis)
    else {
      const context = await around(diagnosis, distance, file, read.whole)
      io.stdout.write(`${diagnosisPage(diagnosis, context).join('\n')}\n`)
    }
  } catch (error) {
    if (file !== undefined && error instanceof Error && 'code' in error) throw unreadable(file, error)
    throw error
  }
  return exitCodes.ok
}

import { createLogReader } from '../log/reader.ts'
import { createDiagnoser, type DiagnosisContext, diagnoseText } from './diagnose.ts'
import { diagnosisGate } from './rules.ts'
import type { Diagnosis } from './schema.ts'

/** A log of up to this many bytes is read as a whole, so that broken lines can be put together. */
const wholeBytes = 512 * 1024

/**
 * Diagnoses a log from a stream of any length, in memory that does not grow with it.
 *
 * Gives the log itself back as well where it was small enough to be kept.
 */
export async function diagnoseStream(
  source: AsyncIterable<Uint8Array | string>,
  context: DiagnosisContext = {},
): Promise<{ diagnosis: Diagnosis; whole: Uint8Array | null }> {
  let head: Uint8Array[] | null = []
  let headBytes = 0
  const reader = createLogReader(diagnosisGate())
  const diagnoser = createDiagnoser(context)
  const read = (chunk: Uint8Array): void => {
    for (const line of reader.push(chunk)) diagnoser.push(line)
  }
  for await (const piece of source) {
    const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece
    if (!head) {
      read(chunk)
      continue
    }
    head.push(chunk)
    headBytes += chunk.length
    if (headBytes <= wholeBytes) continue
    for (const each of head) read(each)
    head = null
  }
  if (head) {
    const whole = Buffer.concat(head)
    return { diagnosis: diagnoseText(whole, context), whole }
  }
  for (const line of reader.end()) diagnoser.push(line)
  return { diagnosis: diagnoser.wholeDiagnosis(), whole: null }
}

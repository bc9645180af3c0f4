import { shellLine } from '../core/shell-quote.ts'
import { signatures } from '../knowledge/failures/index.ts'
import type { Change, Diagnosis } from './schema.ts'
import type { NumberedLine } from './surroundings.ts'

const longestLine = 200
const clip = (text: string): string => (text.length > longestLine ? `${text.slice(0, longestLine - 1)}…` : text)

function changeLines(change: Change): string[] {
  if (change.kind === 'advice') return []
  if (change.kind === 'command') return [`run:    ${change.needsRoot ? 'sudo ' : ''}${shellLine(change.argv)}`]
  return Object.entries(change.set).map(([field, value]) =>
    value === null ? `recipe: remove ${field}` : `recipe: ${field}: ${JSON.stringify(value)}`,
  )
}

function fixLines({ fixes }: Diagnosis): string[] {
  return fixes.flatMap(({ title, change, why, risk }, index) => [
    `  ${index + 1}  ${title}${index === 0 ? '  (recommended)' : ''}`,
    `     ${why}${risk ? ` Risk: ${risk}` : ''}`,
    ...changeLines(change).map((line) => `     ${line}`),
  ])
}

function observedLine({ observed, engine }: Diagnosis): string | null {
  const known = [
    engine.name && `${engine.name} ${engine.version ?? ''}`.trim(),
    observed.model,
    observed.weightsGib !== null && `weights ${observed.weightsGib.toFixed(1)} GiB`,
    observed.kvCacheGib !== null && `KV ${observed.kvCacheGib.toFixed(1)} GiB`,
    observed.kvCacheTokens !== null && `${observed.kvCacheTokens.toLocaleString('en-US')} tokens`,
  ].filter((each) => typeof each === 'string' && each !== '')
  return known.length > 0 ? `log of: ${known.join(' · ')}` : null
}

/** The short page of a diagnosis: the sentence, the evidence, the fixes, where to read more. */
export function diagnosisPage(diagnosis: Diagnosis, context: readonly NumberedLine[] = []): string[] {
  const { cause, confidence, evidence, explanation, also } = diagnosis
  const evidenceLines = new Set(evidence.map(({ line }) => line))
  const width = String(Math.max(0, ...[...evidence, ...context].map(({ line }) => line))).length
  const numbered = ({ line, text }: NumberedLine, mark: string): string =>
    `${mark} ${String(line).padStart(width)}  ${clip(text)}`
  const shown =
    context.length > 0
      ? context.map((each) => numbered(each, evidenceLines.has(each.line) ? '>' : ' '))
      : evidence.map((each) => numbered(each, ' '))
  const more = signatures.find((signature) => signature.cause === cause)?.more
  const page = [explanation]
  if (cause !== null)
    page.push('', `cause:  ${cause} (${confidence})${also.length > 0 ? `, also: ${also.join(', ')}` : ''}`)
  const about = observedLine(diagnosis)
  if (about) page.push(about)
  if (shown.length > 0) page.push('', 'Evidence, by line of the log', ...shown)
  if (diagnosis.fixes.length > 0) page.push('', 'What to change', ...fixLines(diagnosis))
  if (more) page.push('', `read more: ${more}`)
  return page
}

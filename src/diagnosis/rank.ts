import { signatures } from '../knowledge/failures/index.ts'
import type { Sign, Signature } from '../knowledge/failures/signature.ts'
import type { Trait } from '../knowledge/failures/traits.ts'
import type { Findings, SignSeen } from './findings.ts'

/** A cause with what speaks for it. */
export type Candidate = {
  readonly signature: Signature
  readonly score: number
  /** The most telling first. */
  readonly seen: readonly SignSeen[]
  /** Where its most telling sign stands. */
  readonly line: number
  readonly order: number
}

/** A proof, or what adds up to it. */
const enough = 10
/** A strong sign, a telling frame, or two weak signs. */
export const likely = 5
/** A sign of a hang counts only where the log ends with it. */
const endOfLog = 25

function holds(sign: Sign, traits: ReadonlySet<Trait>): boolean {
  return (
    (sign.traits ?? []).every((trait) => traits.has(trait)) && !sign.withoutTraits?.some((trait) => traits.has(trait))
  )
}

const tellsException = /[a-z](?:Error|Exception)\b/

function worth({ sign, level, text }: SignSeen, failed: boolean): number {
  // A warning is evidence only once something has failed or where it tells of an exception, and then a little less than an error.
  if (level === 'warning') {
    const counts = failed || sign.atEnd || (sign.points >= enough && tellsException.test(text))
    return counts ? sign.points - 1 : 0
  }
  return sign.points
}

function candidate(signature: Signature, findings: Findings, failed: boolean, upNow: boolean): Candidate | null {
  const seenOf = (signs: readonly Sign[] = []): SignSeen[] =>
    signs
      .map((sign) => findings.signs.get(sign))
      .filter((seen) => seen !== undefined)
      .filter(({ sign, lastLine, times }) => {
        if (!holds(sign, findings.traits) || times < (sign.times ?? 1)) return false
        if (sign.alone && findings.hasException) return false
        const isOver = lastLine <= findings.lastLine - endOfLog || lastLine < findings.phaseLine
        if (sign.atEnd && (failed || upNow || isOver)) return false
        return !upNow || failed || sign.running === true
      })
  const seen = seenOf(signature.signs).sort((a, b) => worth(b, failed) - worth(a, failed) || a.order - b.order)
  const first = seen[0]
  if (!first) return null
  const sum = seen.reduce((total, each) => total + worth(each, failed), 0)
  const against = seenOf(signature.against).reduce((total, { sign }) => total + sign.points, 0)
  // A warning was survived: however much warnings say, an error says more.
  const most = seen.every(({ level }) => level === 'warning') ? enough - 1 : enough
  const score = Math.min(sum, most) - against
  return score > 0 ? { signature, score, seen, line: first.line, order: first.order } : null
}

/**
 * The causes that the signs speak for, the root first: what another cause explains comes after it; then by how much the signs say,
 * then by which came first, because a failure is followed by its consequences.
 */
export function rank(
  findings: Findings,
  failed: boolean,
  upNow: boolean,
): { roots: Candidate[]; explained: Candidate[] } {
  const candidates = signatures
    .map((signature) => candidate(signature, findings, failed, upNow))
    .filter((each) => each !== null)
    .sort((a, b) => b.score - a.score || a.order - b.order)
  const explained = new Set<Candidate>()
  for (const cause of candidates) {
    if (cause.score < likely || explained.has(cause)) continue
    for (const other of candidates) {
      if (cause !== other && cause.signature.explains?.includes(other.signature.cause)) explained.add(other)
    }
  }
  const isEarlier = (other: Candidate, { order }: Candidate): boolean =>
    other.score >= likely && other.order < order && !other.signature.lastResort && !explained.has(other)
  for (const each of candidates) {
    if (each.signature.follows && candidates.some((other) => isEarlier(other, each))) explained.add(each)
  }
  const roots = candidates.filter((each) => !explained.has(each))
  const real = roots.filter((each) => !each.signature.lastResort && each.score >= likely)
  return { roots: real.length > 0 ? real : roots, explained: [...explained] }
}

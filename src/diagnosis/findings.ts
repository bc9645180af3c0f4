import type { Sign, Signature } from '../knowledge/failures/signature.ts'
import type { Symptom } from '../knowledge/failures/symptoms.ts'
import type { Trait } from '../knowledge/failures/traits.ts'
import { harmlessReason } from '../log/harmless.ts'
import type { LogLine } from '../log/line.ts'
import type { Phase } from '../log/observed.ts'
import { isTyped } from '../log/typed.ts'
import { signCutOff } from './cut-line.ts'
import { matches } from './rules.ts'

/** One sign that was seen: where first, and what it said. */
export type SignSeen = {
  readonly sign: Sign
  readonly signature: Signature
  readonly speaksAgainst: boolean
  readonly line: number
  readonly text: string
  readonly level: LogLine['level']
  /** Counts evidence lines, for ties within a line number. */
  readonly order: number
  values: Record<string, string>
  /** The line where it was seen last. */
  lastLine: number
  /** How often it was seen. */
  times: number
}

export type SymptomSeen = {
  readonly kind: Symptom['kind']
  readonly line: number
  readonly text: string
  readonly where: string | undefined
}

/** What a log has shown so far, in bounded memory: each sign once. */
export type Findings = {
  push(line: LogLine, phase: Phase): void
  /** The server is up: what came before was no failure. */
  up(): void
  /** Takes the log as ended: its last line may hold the beginning of a message. */
  ends(): void
  readonly signs: ReadonlyMap<Sign, SignSeen>
  readonly traits: ReadonlySet<Trait>
  /** The first and the last few symptoms of each kind since the start or since the server was up. */
  readonly symptoms: readonly SymptomSeen[]
  readonly lastLine: number
  /** The line where the phase last changed: what was said before it did not stop the start. */
  readonly phaseLine: number
  /** An exception was told of that is no mere consequence of another process's end. */
  readonly hasException: boolean
}

const longestText = 400
const mostSymptoms = 200
const exception = /^\s{0,3}(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception)(?::|\s*$)/

/** Lines of a level below error tell of failures only where a sign says so. */
const quietLevels = new Set<LogLine['level']>(['debug', 'info'])

export function createFindings(): Findings {
  const signs = new Map<Sign, SignSeen>()
  const traits = new Set<Trait>()
  let symptoms: SymptomSeen[] = []
  let lastLine = 0
  let phaseLine = 0
  let lastPhase: Phase | null = null
  let hasException = false
  let order = 0
  let last: LogLine | null = null

  function addSymptom(line: LogLine, kind: Symptom['kind'], where: string | undefined): void {
    if (symptoms.length >= mostSymptoms) symptoms.splice(mostSymptoms / 2, 1)
    symptoms.push({ kind, line: line.number, text: line.text.slice(0, longestText), where })
  }

  function addSign(
    seen: Omit<SignSeen, 'line' | 'text' | 'level' | 'order' | 'lastLine' | 'times'>,
    line: LogLine,
  ): void {
    const known = signs.get(seen.sign)
    if (known) {
      known.lastLine = line.number
      known.times += 1
      known.values = { ...seen.values, ...known.values }
      return
    }
    order += 1
    const { number, text, level } = line
    const first = { line: number, lastLine: number, times: 1, text: text.slice(0, longestText), level, order }
    signs.set(seen.sign, { ...seen, ...first })
  }

  return {
    signs,
    traits,
    get symptoms() {
      return symptoms
    },
    get lastLine() {
      return lastLine
    },
    get phaseLine() {
      return phaseLine
    },
    get hasException() {
      return hasException
    },
    up() {
      traits.add('server-up')
      signs.clear()
      hasException = false
      symptoms = []
    },
    ends() {
      const cut = last && !quietLevels.has(last.level) ? signCutOff(last.message) : null
      if (cut && last) addSign({ ...cut, speaksAgainst: false, values: {} }, last)
    },
    push(line, phase) {
      last = line
      lastLine = line.number
      if (phase !== lastPhase) {
        phaseLine = line.number
        lastPhase = phase
      }
      // A server that passes on what its workers say does so at one level, whatever they say.
      const quiet = quietLevels.has(line.level) && !exception.test(line.message)
      let known = false
      let isConsequence = false
      const harmless = isTyped(line) || (line.level === 'warning' && harmlessReason(line) !== null)
      for (const { subject, values } of matches(line)) {
        if (subject.kind === 'trait') traits.add(subject.trait)
        else if (harmless) continue
        else if (subject.kind === 'symptom') {
          // A warning that tells of an error goes on without what failed.
          if ((quiet || line.level === 'warning') && subject.symptom.kind === 'error') continue
          known = true
          if (subject.symptom.kind !== 'error') isConsequence = true
          addSymptom(line, subject.symptom.kind, subject.symptom.where)
        } else {
          const { sign } = subject
          if (quiet && !sign.quiet && !subject.speaksAgainst) continue
          if (sign.during && !sign.during.includes(phase)) continue
          addSign({ ...subject, values }, line)
        }
      }
      if (quiet || line.level === 'warning' || !exception.test(line.message)) return
      if (!isConsequence) hasException = true
      if (!known) addSymptom(line, 'error', undefined)
    },
  }
}

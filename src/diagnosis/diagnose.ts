import type { Values } from '../knowledge/failures/signature.ts'
import type { Trait } from '../knowledge/failures/traits.ts'
import type { LogLine } from '../log/line.ts'
import { createObserver } from '../log/observe.ts'
import { createLogReader } from '../log/reader.ts'
import { unwrapped } from '../log/unwrap.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import { causeNotInLog } from './cause.ts'
import { createFindings, type Findings, type SymptomSeen } from './findings.ts'
import { fill, fixesFor } from './fixes.ts'
import { type Candidate, likely, rank } from './rank.ts'
import type { Diagnosis } from './schema.ts'
import { settingsIn, settingsOf, tellsSettings } from './settings.ts'

export type DiagnosisContext = {
  /** Where it is known better than from the log. */
  readonly engineVersion?: string | undefined
  /** What was started; its values go into the fixes. */
  readonly recipe?: Recipe | undefined
  /** What is known about the machine: wsl, rocm, cpu. */
  readonly traits?: readonly Trait[] | undefined
}

/** How the process ended, where that is known. */
export type Ended = { readonly code: number | null; readonly signal: string | null }

type Diagnoser = {
  push(line: LogLine): void
  /** The diagnosis by what was read so far; may be asked at any time. */
  diagnosis(ended?: Ended): Diagnosis
  /** The diagnosis of a log that is complete, or cut off: its last line may be the beginning of a message. */
  wholeDiagnosis(): Diagnosis
}

const mostEvidence = 5
/** A weak sign of a hang counts only where the log ends with it. */
const endOfLog = 25

function outcomeOf(findings: Findings, isUp: boolean, ended: Ended | undefined): 'running' | 'failed' | 'stopped' {
  const { symptoms } = findings
  const dead = symptoms.filter(({ kind }) => kind === 'dead')
  const stopped = symptoms.find(({ kind }) => kind === 'stopped')
  const endedBadly = ended !== undefined && ended.code !== 0 && ended.signal !== 'SIGINT' && ended.signal !== 'SIGTERM'
  // Stopped on purpose: what dies then dies of that.
  if (stopped && isUp) return 'stopped'
  if (stopped && !symptoms.some(({ kind, line }) => kind !== 'stopped' && line < stopped.line)) return 'stopped'
  if (dead.length > 0 || endedBadly) return 'failed'
  return !isUp && symptoms.some(({ kind }) => kind === 'error') ? 'failed' : 'running'
}

function exitLine(ended: Ended, number: number): LogLine | null {
  const text = ended.signal ? `ended by ${ended.signal}` : ended.code ? `exit code ${ended.code}` : null
  return text === null ? null : { number, text, message: text, process: null, pid: null, level: null, time: null }
}

/** A start's log as a stream: the diagnosis is there while the log still grows. */
export function createDiagnoser(context: DiagnosisContext = {}): Diagnoser {
  const observer = createObserver()
  const findings = createFindings()
  let settings: Record<string, string> = context.recipe ? settingsOf(context.recipe) : {}
  let isUp = false

  function push(line: LogLine): void {
    observer.push(line)
    const { phase } = observer.phase()
    if (phase === 'ready' && !isUp) {
      isUp = true
      findings.up()
    } else if (phase === 'starting') isUp = false
    if (tellsSettings(line.message)) settings = { ...settings, ...settingsIn(line.message) }
    findings.push(line, phase)
  }

  function diagnosis(ended?: Ended): Diagnosis {
    const last = ended ? exitLine(ended, Math.max(1, findings.lastLine)) : null
    if (last) findings.push(last, observer.phase().phase)
    const observed = observer.observed()
    const engine = {
      name: observed.engine?.name ?? null,
      version: context.engineVersion ?? observed.engine?.version ?? null,
    }
    const traits = new Set<Trait>([...findings.traits, ...(context.traits ?? [])])
    const outcome = outcomeOf(findings, isUp, ended)
    const { roots, explained } = rank(
      { ...view(findings), traits },
      outcome === 'failed',
      isUp || outcome === 'stopped',
    )
    const named = roots.find((candidate) => isEnough(candidate, outcome === 'failed', findings))
    const base = { engine, observed }
    if (named) {
      const also = [...roots, ...explained].filter((each) => each !== named && each.score >= likely)
      return {
        ...base,
        ...told(named, { ...settings, ...modelValue(observed.model), ...releaseOf(engine) }, engine.version, traits),
        also: also.map((each) => each.signature.cause),
      }
    }
    if (outcome === 'failed') return { ...base, ...unexplained(findings) }
    return { ...base, ...fine(isUp, outcome === 'stopped', observer.phase().text) }
  }

  function wholeDiagnosis(): Diagnosis {
    const plain = diagnosis()
    if (plain.cause !== null && plain.cause !== causeNotInLog) return plain
    findings.ends()
    return diagnosis()
  }

  return { push, diagnosis, wholeDiagnosis }
}

function view({ signs, symptoms, lastLine, phaseLine, hasException, push, up, ends, traits }: Findings): Findings {
  return { signs, symptoms, lastLine, phaseLine, hasException, push, up, ends, traits }
}

function modelValue(model: string | null): Values {
  return model ? { model } : {}
}

/** The version to install again, where it is a release that the package index has: no nightly, and no build of another index. */
function releaseOf({ name, version }: Diagnosis['engine']): Values {
  return (name ?? 'vllm') === 'vllm' && version && /^\d+\.\d+\.\d+(?:\.post\d+)?$/.test(version)
    ? { release: version }
    : {}
}

function isEnough({ score, seen }: Candidate, failed: boolean, findings: Findings): boolean {
  const strongest = Math.max(...seen.map(({ sign }) => sign.points))
  if (strongest >= likely) return score >= likely || (failed && score > 0)
  // Nothing but weak signs: a failure that nothing explains better, or a log that ends with them.
  if (failed) return score >= likely
  return score >= likely && seen.some(({ lastLine }) => lastLine > findings.lastLine - endOfLog)
}

function told(
  candidate: Candidate,
  settings: Values,
  version: string | null,
  traits: ReadonlySet<Trait>,
): Omit<Diagnosis, 'engine' | 'observed' | 'also'> {
  const { signature, seen, score } = candidate
  const read = Object.assign({}, settings, ...seen.toReversed().map((each) => each.values)) as Values
  const values = { ...read, ...signature.derive?.(read) }
  const sentence = fill(signature.sentence, values) ?? signature.otherwise ?? signature.sentence
  const certain = seen.some(({ sign }) => sign.points >= 10)
  // A log that just ends may belong to an engine that still works.
  const onlyEnds = seen.every(({ sign }) => sign.atEnd)
  return {
    cause: signature.cause,
    confidence: certain ? 'certain' : score > likely && !onlyEnds ? 'likely' : 'guess',
    evidence: evidenceOf(seen),
    explanation: `${sentence} ${signature.because}`,
    fixes: fixesFor(signature.fixes, values, version, traits),
    healthy: false,
  }
}

function evidenceOf(seen: readonly { line: number; text: string }[]): Diagnosis['evidence'] {
  const lines = new Map(seen.map(({ line, text }) => [`${line}:${text}`, { line, text }]))
  return [...lines.values()].slice(0, mostEvidence)
}

function unexplained(findings: Findings): Omit<Diagnosis, 'engine' | 'observed'> {
  const failures = findings.symptoms.filter(({ kind }) => kind !== 'stopped')
  const telling =
    failures.find(({ kind, where }) => kind === 'dead' && where !== undefined) ??
    failures.findLast(({ where }) => where !== undefined)
  const where = telling?.where ?? 'the log of the process that failed, from its first line on'
  const shown = [failures[0], telling, failures.at(-1)].filter((each): each is SymptomSeen => each !== undefined)
  return {
    cause: causeNotInLog,
    also: [],
    confidence: 'certain',
    evidence: evidenceOf(shown),
    explanation: `The log shows that something failed, but not a cause that rigup knows. Look at ${where}.`,
    fixes: [],
    healthy: false,
  }
}

function fine(isUp: boolean, stopped: boolean, doing: string): Omit<Diagnosis, 'engine' | 'observed'> {
  const explanation = stopped
    ? 'Nothing failed: the engine was stopped on purpose.'
    : isUp
      ? 'Nothing failed: the engine started and is ready.'
      : `Nothing in this log says that something failed. It ends while the engine is: ${doing}.`
  return { cause: null, also: [], confidence: null, evidence: [], explanation, fixes: [], healthy: true }
}

function diagnoseLines(lines: readonly LogLine[], context: DiagnosisContext): Diagnosis {
  const diagnoser = createDiagnoser(context)
  for (const line of lines) diagnoser.push(line)
  return diagnoser.wholeDiagnosis()
}

/** Diagnoses a whole log that is in memory; one that a terminal or a mail has broken into short lines is put together again. */
export function diagnoseText(text: string | Uint8Array, context: DiagnosisContext = {}): Diagnosis {
  const reader = createLogReader()
  const lines = [...reader.push(typeof text === 'string' ? Buffer.from(text) : text), ...reader.end()]
  const diagnosis = diagnoseLines(lines, context)
  if (diagnosis.confidence === 'certain' && diagnosis.cause !== causeNotInLog) return diagnosis
  for (const wrapping of ['anywhere', 'between-words'] as const) {
    const joined = unwrapped(lines, wrapping)
    const better = joined && diagnoseLines(joined, context)
    if (better && isClearer(better, diagnosis)) return better
  }
  return diagnosis
}

function isClearer(better: Diagnosis, than: Diagnosis): boolean {
  if (better.cause === null || better.cause === causeNotInLog) return false
  return better.confidence === 'certain' || than.cause === null || than.cause === causeNotInLog
}

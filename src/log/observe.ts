import { once } from '../core/once.ts'
import type { LogLine } from './line.ts'
import { type Milestone, milestones } from './milestones.ts'
import type { Observed, Phase } from './observed.ts'
import { type CompiledTemplate, compileTemplate, matchTemplates } from './template.ts'

type PhaseNow = {
  readonly phase: Phase
  /** One line for an operator: `loading weights, 5 of 8 files`. */
  readonly text: string
  readonly done?: number
  readonly total?: number
}

export type Observer = {
  push(line: LogLine): void
  observed(): Observed
  /** What the engine is doing now. */
  phase(): PhaseNow
}

type Rule = Milestone & { readonly compiled: readonly CompiledTemplate[] }

/** Compiled at the first log line, not while the program starts. */
const rules = once((): readonly Rule[] =>
  milestones.map((milestone) => ({ ...milestone, compiled: milestone.templates.map(compileTemplate) })),
)

/** The literals of all lines that an observer reads, for a gate. */
export function observedLiterals(): readonly string[] {
  return rules().flatMap((rule) => rule.compiled.map((each) => each.literal))
}

const words: Readonly<Record<Phase, string>> = {
  starting: 'starting',
  config: 'reading the configuration',
  distributed: 'connecting the workers',
  downloading: 'downloading the model',
  loading: 'loading weights',
  compiling: 'compiling the model',
  profiling: 'measuring memory',
  'kv-cache': 'reserving the KV cache',
  warmup: 'warming up kernels',
  graphs: 'capturing CUDA graphs',
  api: 'starting the API',
  ready: 'ready',
  stopped: 'stopped',
  failed: 'failed',
}

const numberOf = (text: string | undefined): number | null => {
  const value = text === undefined ? Number.NaN : Number(text.replaceAll(',', ''))
  return Number.isFinite(value) ? value : null
}

/** Fills `{name}` in; null where a value is missing. */
function fill(text: string, values: Readonly<Record<string, string>>): string | null {
  let complete = true
  const filled = text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) complete = false
    return value ?? ''
  })
  return complete ? filled : null
}

/** Follows a start by its log: vLLM 0.6 to 0.33 (V0 and V1), llama.cpp and Ollama. */
export function createObserver(): Observer {
  const figures: Record<'weightsGib' | 'kvCacheGib' | 'kvCacheTokens' | 'maxConcurrency' | 'graphsGib', number | null> =
    {
      weightsGib: null,
      kvCacheGib: null,
      kvCacheTokens: null,
      maxConcurrency: null,
      graphsGib: null,
    }
  const seconds = new Map<Phase, number | null>()
  let engine: Observed['engine'] = null
  let model: string | null = null
  let shards: Observed['shards'] = null
  let ready = false
  let now: PhaseNow = { phase: 'starting', text: words.starting }

  function enter(rule: Rule, values: Readonly<Record<string, string>>): void {
    const { phase } = rule
    if (!phase) return
    // Words of an engine that has failed or stopped come after the fact: a worker that still loads does not undo it.
    if ((now.phase === 'failed' || now.phase === 'stopped') && phase !== 'starting') return
    if (phase === 'starting' && now.phase === 'failed') ready = false
    if (phase === 'ready') ready = true
    if (ready && !['ready', 'stopped', 'failed', 'starting'].includes(phase)) return
    const done = numberOf(values['done'])
    const total = numberOf(values['total'])
    const text = (rule.text && fill(rule.text, values)) ?? words[phase]
    now = { phase, text, ...(done !== null && total !== null ? { done, total } : {}) }
    if (!seconds.has(phase)) seconds.set(phase, null)
  }

  function take(rule: Rule, values: Readonly<Record<string, string>>): void {
    const unit = rule.unit ?? 1
    const scaled = (text: string | undefined): number | null => {
      const value = numberOf(text)
      return value === null ? null : Math.round(value * unit * 1e4) / 1e4
    }
    figures.weightsGib = scaled(values['weights']) ?? figures.weightsGib
    figures.kvCacheGib = scaled(values['kv']) ?? figures.kvCacheGib
    figures.kvCacheTokens = numberOf(values['tokens']) ?? figures.kvCacheTokens
    figures.maxConcurrency = numberOf(values['concurrency']) ?? figures.maxConcurrency
    figures.graphsGib = scaled(values['graphs']) ?? figures.graphsGib
    model = values['model'] ?? model
    if (rule.engine) {
      const version = values['version'] ?? (engine?.name === rule.engine ? engine.version : null)
      engine = { name: rule.engine, version }
    }
    const took = numberOf(values['seconds'])
    const tookPhase = rule.seconds ?? rule.phase
    if (took !== null && tookPhase) seconds.set(tookPhase, took)
    const done = numberOf(values['done'])
    const total = numberOf(values['total'])
    if (rule.phase === 'loading' && done !== null && total !== null) shards = { done, total }
  }

  return {
    push(line) {
      for (const rule of rules()) {
        const values = matchTemplates(rule.compiled, line.message)
        if (!values) continue
        take(rule, values)
        enter(rule, values)
        return
      }
    },
    observed() {
      return {
        engine,
        model,
        ...figures,
        phases: [...seconds].map(([phase, took]) => ({ phase, seconds: took })),
        shards,
        ready,
      }
    },
    phase: () => now,
  }
}

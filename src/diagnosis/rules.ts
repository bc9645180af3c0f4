import { once } from '../core/once.ts'
import { signatures } from '../knowledge/failures/index.ts'
import type { Sign, Signature } from '../knowledge/failures/signature.ts'
import { type Symptom, symptoms } from '../knowledge/failures/symptoms.ts'
import { type Trait, type TraitSign, traitSigns } from '../knowledge/failures/traits.ts'
import { createGate, type Gate, literalsIn } from '../log/gate.ts'
import type { LogLine } from '../log/line.ts'
import { observedLiterals } from '../log/observe.ts'
import { type CompiledTemplate, compileTemplate, type Template } from '../log/template.ts'

/** What a template belongs to. */
type Subject =
  | { readonly kind: 'sign'; readonly sign: Sign; readonly signature: Signature; readonly speaksAgainst: boolean }
  | { readonly kind: 'symptom'; readonly symptom: Symptom }
  | { readonly kind: 'trait'; readonly trait: Trait }

type Rule = {
  readonly subject: Subject
  readonly templates: readonly CompiledTemplate[]
  readonly unless: readonly CompiledTemplate[]
}

function rule(subject: Subject, look: readonly Template[], unless: readonly Template[] = []): Rule {
  return { subject, templates: look.map(compileTemplate), unless: unless.map(compileTemplate) }
}

function signRules(signature: Signature): Rule[] {
  const of = (signs: readonly Sign[], speaksAgainst: boolean): Rule[] =>
    signs.map((sign) => rule({ kind: 'sign', sign, signature, speaksAgainst }, sign.look, sign.unless))
  return [...of(signature.signs, false), ...of(signature.against ?? [], true)]
}

type RuleTable = {
  /** The rules that need each literal, by the literal's number in the gate. */
  readonly rulesOfLiteral: readonly ReadonlySet<Rule>[]
  readonly literals: readonly string[]
  readonly gate: Gate
}

function buildRuleTable(): RuleTable {
  const rules: readonly Rule[] = [
    ...signatures.flatMap(signRules),
    ...symptoms.map((symptom) => rule({ kind: 'symptom', symptom }, symptom.look, symptom.unless)),
    ...Object.entries<TraitSign>(traitSigns).map(([trait, { look, unless }]) =>
      rule({ kind: 'trait', trait: trait as Trait }, look, unless),
    ),
  ]
  const rulesByLiteral = new Map<string, Set<Rule>>()
  for (const each of rules) {
    for (const { literal } of each.templates) {
      const key = literal.toLowerCase()
      rulesByLiteral.set(key, (rulesByLiteral.get(key) ?? new Set()).add(each))
    }
  }
  // The names of exceptions: symptoms wherever no rule knows them.
  const literals = [...rulesByLiteral.keys(), ...observedLiterals(), 'Error', 'Exception']
  return { rulesOfLiteral: [...rulesByLiteral.values()], literals, gate: createGate(literals) }
}

/** Built at the first log line: it takes tens of milliseconds, which the first screen does not have. */
const ruleTable = once(buildRuleTable)

/** The gate for a reader whose lines go to a diagnoser: all that a diagnosis looks at, the rules' literals first. */
export function diagnosisGate(): Gate {
  return ruleTable().gate
}

/** The literals that the gate looks for; for the benchmark. */
export function diagnosisLiterals(): readonly string[] {
  return [...new Set(ruleTable().literals)]
}

/** What a line says, with the values of the placeholders. Its prefixes tell about the machine only, not about failures. */
export function matches({
  text,
  message,
}: Pick<LogLine, 'text' | 'message'>): { subject: Subject; values: Record<string, string> }[] {
  const { gate, rulesOfLiteral } = ruleTable()
  const candidates = new Set<Rule>()
  for (const number of literalsIn(gate, text)) {
    for (const each of rulesOfLiteral[number] ?? []) candidates.add(each)
  }
  const found: { subject: Subject; values: Record<string, string> }[] = []
  for (const { subject, templates, unless } of candidates) {
    const said = subject.kind === 'trait' ? text : message
    if (unless.some(({ pattern }) => pattern.test(said))) continue
    // The template that tells the most values wins.
    let best: Record<string, string> | null = null
    for (const { pattern } of templates) {
      const match = pattern.exec(said)
      if (!match) continue
      const values = Object.fromEntries(Object.entries(match.groups ?? {}).filter(([, value]) => value !== undefined))
      if (!best || Object.keys(values).length > Object.keys(best).length) best = values
    }
    if (best) found.push({ subject, values: best })
  }
  return found
}

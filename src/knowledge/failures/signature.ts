import type { Cause } from '../../diagnosis/cause.ts'
import type { Phase } from '../../log/observed.ts'
import type { Template } from '../../log/template.ts'
import type { Trait } from './traits.ts'

/** A message that speaks for a cause. */
export type Sign = {
  /** Any of these messages. Placeholders become values for the explanation and the fixes. */
  readonly look: readonly Template[]
  /** How much it says: see `proof`, `strong`, `hint`. */
  readonly points: number
  /** Not when the same line says one of these. */
  readonly unless?: readonly Template[]
  /** Only while the engine is in one of these phases. */
  readonly during?: readonly Phase[]
  /** Only where the log, or what is known about the machine, shows all of these. */
  readonly traits?: readonly Trait[]
  readonly withoutTraits?: readonly Trait[]
  /** Counts on a line of level info or debug too, which otherwise is no evidence of a failure. */
  readonly quiet?: true
  /** Only where the log ends with it, and nothing came forward after it: for what hangs. */
  readonly atEnd?: true
  /** Only when it was said at least so often. */
  readonly times?: number
  /** Only where no process tells of an error of its own. */
  readonly alone?: true
  /** Still a failure when the server is up. */
  readonly running?: true
}

/** The message names the cause: enough by itself. */
export const proof = (...look: readonly Template[]): Sign => ({ look, points: 10 })
/** The message has this cause, unless others explain it better. */
export const strong = (...look: readonly Template[]): Sign => ({ look, points: 6 })
/** A function on the way to the failure, in a traceback whose message may be cut off: enough where nothing better is there. */
export const frame = (...look: readonly Template[]): Sign => ({ look, points: 5 })
/** Supports what something else says. */
export const hint = (...look: readonly Template[]): Sign => ({ look, points: 3 })

export type Values = Readonly<Record<string, string>>

/** A change with `{name}` in its strings; a fix with a value that the log does not give is left out. */
export type ChangeTemplate =
  | { readonly kind: 'recipe'; readonly set: Readonly<Record<string, string | number | boolean | null>> }
  | { readonly kind: 'command'; readonly argv: readonly string[]; readonly needsRoot: boolean }
  | { readonly kind: 'advice' }

export type FixTemplate = {
  readonly title: string
  readonly change: ChangeTemplate
  readonly why: string
  readonly risk: string | null
  /** Semver range of the engine versions that know it; absent: all. An unknown version counts as the newest. */
  readonly versions?: string
  readonly traits?: readonly Trait[]
  readonly withoutTraits?: readonly Trait[]
}

/** A cause: what shows it, what it explains, what to say and what to do. */
export type Signature = {
  readonly cause: Cause
  readonly signs: readonly Sign[]
  /** Signs against it: what they are worth is taken off. */
  readonly against?: readonly Sign[]
  /** Causes whose signs are its symptoms when it is there. */
  readonly explains?: readonly Cause[]
  /** Also what another worker's failure looks like from the others: a likely cause that was seen earlier is the root. */
  readonly follows?: true
  /** Happens as a consequence of nearly everything: named only where nothing else is found. */
  readonly lastResort?: true
  /** The sentence that stands by itself; `{name}` is filled in where the log gives it, else `otherwise` is taken. */
  readonly sentence: string
  /** The sentence without values. Needed where `sentence` has placeholders. */
  readonly otherwise?: string
  /** Why it happens: one to three sentences. */
  readonly because: string
  /** Further values from the ones that were read: a divisor, a share. */
  readonly derive?: (values: Values) => Values
  readonly fixes: readonly FixTemplate[]
  /** Where to read more. */
  readonly more?: string
}

/** Sets fields of the recipe. */
export const recipe = (set: Readonly<Record<string, string | number | boolean | null>>): ChangeTemplate => ({
  kind: 'recipe',
  set,
})
/** Runs a program as the operator. */
export const command = (...argv: readonly string[]): ChangeTemplate => ({ kind: 'command', argv, needsRoot: false })
/** Runs a program as root. */
export const rootCommand = (...argv: readonly string[]): ChangeTemplate => ({ kind: 'command', argv, needsRoot: true })
/** Something that only the operator can do. */
export const advice: ChangeTemplate = { kind: 'advice' }

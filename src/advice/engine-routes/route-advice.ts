import type * as z from 'zod'
import type { engineSchema, packagesSchema } from '../../recipe/schema/engine.ts'
import type { Route } from '../../recipe/schema/route.ts'
import type { Advice } from '../advice.ts'

type Engine = z.infer<typeof engineSchema>
type Packages = z.infer<typeof packagesSchema>

type RouteState = 'installed' | 'installable' | 'unsupported'

/** One way to get an engine onto this machine: whether it works here, why, and what to do. */
export type RouteAdvice = {
  readonly route: Route
  readonly state: RouteState
  /** `vLLM 0.33.0, CUDA wheel (cu130)` */
  readonly title: string
  /** Who publishes what is installed: `the vLLM project, on PyPI`. */
  readonly publisher: string
  /** Reasons, the deciding one first. */
  readonly why: readonly Advice[]
  /** What happens when it is chosen, or what would have to happen first; one sentence. */
  readonly action: string
  /** The recipe's engine section for this route; what is not said keeps its default. */
  readonly engine: Partial<Engine> & { readonly route: Route }
  /** What the recipe's packages section needs for it beside what the administrator set. */
  readonly packages: Partial<Pick<Packages, 'extraIndexes' | 'leaveOut'>>
  /** Environment variables that this route needs on this machine. */
  readonly environment: Readonly<Record<string, string>>
  /** Null: not known beforehand. */
  readonly downloadBytes: number | null
  readonly diskBytes: number | null
  /** Minutes beside the download; null: depends on the line alone. */
  readonly minutes: number | null
}

/** What is wished for that bears on the route. */
export type RouteWish = {
  /** An exact vLLM version; absent: the newest. */
  readonly version?: string | undefined
  /** The format of the checkpoint: GGUF goes to llama.cpp and Ollama. */
  readonly format?: 'safetensors' | 'gguf' | undefined
}

type Described = Pick<RouteAdvice, 'route' | 'title' | 'publisher' | 'why' | 'action'>

type Rest = Partial<Omit<RouteAdvice, 'engine'>> & { readonly engine?: Partial<Engine> }

/** A route advice from what it has to say; any refusal among the reasons makes it unsupported. */
export function routeAdvice(described: Described, rest: Rest = {}): RouteAdvice {
  const refused = described.why.some(({ kind }) => kind === 'refuse')
  const why = [...described.why].sort((a, b) => weight(a) - weight(b))
  return {
    packages: {},
    environment: {},
    downloadBytes: null,
    diskBytes: null,
    minutes: null,
    ...described,
    ...rest,
    why,
    state: refused ? 'unsupported' : (rest.state ?? 'installable'),
    engine: { ...rest.engine, route: described.route },
  }
}

function weight({ kind }: Advice): number {
  return ['refuse', 'warn', 'recommend', 'note'].indexOf(kind)
}

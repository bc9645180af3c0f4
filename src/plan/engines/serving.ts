import { isIP } from 'node:net'
import { printableLine } from '../../core/printable.ts'
import { shellLine, shellQuote } from '../../core/shell-quote.ts'
import type { Recipe } from '../../recipe/schema/recipe.ts'
import type { ProofModel } from '../context.ts'
import type { Serve } from '../serve.ts'

/** The name under which the proof model is served. */
export const proofModelName = 'rigup-proof'

/** What is asked of a model with no known answers: a sentence, to see that tokens come. */
const openPrompt = { prompt: 'In one short sentence: what is a graphics card?', maxTokens: 64 }

/** The requests of a test: the proof model has known answers, the operator's model has none. */
export function testPrompts(purpose: Serve['purpose'], proof: ProofModel): Serve['prompts'] {
  return purpose === 'proof' ? proof.prompts.map((prompt) => ({ ...prompt })) : [openPrompt]
}

/** Where a client on this machine reaches a server that binds to `host`. */
export function clientHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}

/** The address that clients use: `http://127.0.0.1:8000/v1`. */
export function baseUrl(recipe: Recipe): string {
  const host = clientHost(recipe.server.host)
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${recipe.server.port}/v1`
}

/** How the operator starts the engine by hand: its variables and its command, on one line that can be shown. */
export function handStart({ argv, environment }: Pick<Serve, 'argv' | 'environment'>): string {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${shellQuote(value)}`)
  return printableLine([...variables, shellLine(argv)].join(' '))
}

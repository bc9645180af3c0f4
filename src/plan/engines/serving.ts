import { isIP } from 'node:net'
import { printableLine } from '../../core/printable.ts'
import { shellLine, shellQuote } from '../../core/shell-quote.ts'
import type { Recipe } from '../../recipe/schema/recipe.ts'
import type { PlanContext } from '../context.ts'
import type { Serve } from '../serve.ts'

/** The name under which the proof model is served. */
export const proofModelName = 'rigup-proof'

/** What is asked of a model with no known answers: a sentence, to see that tokens come. */
const openPrompt = { prompt: 'In one short sentence: what is a graphics card?', maxTokens: 64 }

/**
 * The parts of a launch that are the same for every engine. The proof model has known answers, the operator's has none; and the proof's
 * engine stays only where no other comes after it.
 */
export function launchBasics(
  { recipe, proofModel }: Pick<PlanContext, 'recipe' | 'proofModel'>,
  purpose: Serve['purpose'],
): Pick<Serve, 'purpose' | 'host' | 'port' | 'servedName' | 'prompts' | 'afterTest'> {
  const { server, model } = recipe
  const isProof = purpose === 'proof'
  return {
    purpose,
    host: clientHost(server.host),
    port: server.port,
    servedName: isProof ? proofModelName : (model.servedName ?? model.id),
    prompts: isProof ? proofModel.prompts.map((prompt) => ({ ...prompt })) : [openPrompt],
    afterTest: isProof && model.source !== 'proof' ? 'stop' : server.afterTest,
  }
}

/** Where a client on this machine reaches a server that binds to `host`. */
function clientHost(host: string): string {
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

import type { Recipe } from '../../recipe/schema/recipe.ts'
import type { Advice } from '../advice.ts'
import { makeAdvice } from '../make-advice.ts'

const engineArguments = {
  title: 'vLLM: engine arguments',
  reference: 'https://docs.vllm.ai/en/latest/configuration/engine_args/',
}

/** Flags that are questions of their own: named among the engine's flags they would go round the question. */
const asked: Readonly<Record<string, string>> = {
  'trust-remote-code': 'model.trustRemoteCode',
  host: 'server.host',
  port: 'server.port',
  model: 'model.id',
}

/** Flags that make vLLM load Python code, by name or from a file. */
const loadsCode = new Set([
  'io-processor-plugin',
  'logits-processors',
  'middleware',
  'reasoning-parser-plugin',
  'scheduler-cls',
  'tool-parser-plugin',
  'worker-cls',
  'worker-extension-cls',
])

/** Variables by which a program loads other code than its own. */
const steersLoading = new Set([
  'BASH_ENV',
  'LD_AUDIT',
  'LD_PRELOAD',
  'PATH',
  'PYTHONHOME',
  'PYTHONPATH',
  'PYTHONSTARTUP',
])

/** What a recipe of somebody else's could run here beyond the engine: said before anything is done. */
export function trustContradictions({ server, model }: Recipe): Advice[] {
  const flags = Object.entries(server.arguments).filter(([, value]) => value !== false)
  const names = flags.map(([name]) => name.replaceAll('_', '-').toLowerCase())
  return [
    ...names
      .filter((name) => Object.hasOwn(asked, name) && !(name === 'trust-remote-code' && model.trustRemoteCode))
      .map(hiddenAnswer),
    ...names.filter((name) => loadsCode.has(name)).map((name) => foreignCode(`--${name}`, 'server.arguments')),
    ...Object.keys(server.environment)
      .filter((name) => steersLoading.has(name))
      .map((name) => foreignCode(name, 'server.environment')),
  ]
}

function hiddenAnswer(name: string): Advice {
  const field = asked[name] ?? ''
  return makeAdvice(
    'refuse',
    {
      id: `asked-elsewhere-${name}`,
      about: 'server.arguments',
      what: `--${name} stands among the engine's flags.`,
      why: `It is a question of its own (${field}), and must be seen as its answer.`,
      source: engineArguments,
    },
    { instead: `Take it out there and set ${field}.` },
  )
}

function foreignCode(name: string, about: string): Advice {
  return makeAdvice(
    'warn',
    {
      id: `loads-code-${name.replace(/^--/, '').toLowerCase()}`,
      about,
      what: `${name} makes the engine load code that is not its own.`,
      why: 'It runs with your rights. Keep it only where you know what it loads and who wrote the recipe.',
      source: engineArguments,
    },
    { instead: `Take ${name} out of the recipe.` },
  )
}

import { shellLine, shellQuote } from '../core/shell-quote.ts'
import { engines } from '../knowledge/engines.ts'
import type { Serve } from '../plan/serve.ts'
import { commandLine } from './sh-checks.ts'

/** Starts an engine, waits until it lists its model, lets it generate, and stops or leaves it. */
export function serveLines(serve: Serve): string[] {
  const { host, port, purpose, servedName, stallSeconds, prepare = [], cleanUp = [], apiKeyFile } = serve
  const seconds = Math.ceil(stallSeconds)
  return [
    `base=${shellQuote(`http://${host.includes(':') ? `[${host}]` : host}:${port}`)}`,
    `key_file=${shellQuote(apiKeyFile ?? '')}`,
    `if quietly curl -sS --max-time 5 "$base/"; then fail "something answers at $base already"; fi`,
    `engine_log=$(mktemp "\${TMPDIR:-/tmp}/rigup-${purpose}-XXXXXX.log")`,
    'say "   the log of the engine is $engine_log"',
    ...start(serve),
    'engine=$!',
    ...(serve.endsAsWhole ? ['end_as_whole'] : []),
    ...(prepare.length === 0 ? [] : [`wait_for '' ${seconds}`]),
    ...prepare.map((argv) => commandLine({ argv, environment: serve.environment }, false)),
    `wait_for ${shellQuote(JSON.stringify(listedName(serve)))} ${seconds}`,
    ...serve.prompts.map((prompt) => askLine(servedName, prompt)),
    ...(serve.afterTest === 'keep'
      ? ['say "   left running: process $engine; end it with: kill -INT $engine"', "engine=''"]
      : ['stop_engine', ...cleanUp.map((argv) => `quietly ${shellLine(argv)} || true`)]),
  ]
}

/** Ollama lists a name without a tag with the tag `latest`. */
function listedName({ engine, servedName }: Serve): string {
  return engine === 'ollama' && !servedName.includes(':') ? `${servedName}:latest` : servedName
}

function start({ argv, environment, directory, engine, apiKeyFile }: Serve): string[] {
  const keyVariable = apiKeyFile === undefined ? null : engines[engine].keyVariable
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${shellQuote(value)}`)
  const body = [
    ...(directory === undefined ? [] : [`cd ${shellQuote(directory)} &&`]),
    // Exported and not given to `env`, so that the key is in no command line.
    ...(keyVariable === null ? [] : [`${keyVariable}=$(cat -- "$key_file") && export ${keyVariable} &&`]),
    ['exec', 'env', '$interruptible', ...variables, 'setsid', shellLine(argv)].join(' '),
  ].join(' ')
  return [`(${body}) </dev/null >"$engine_log" 2>&1 &`]
}

function askLine(model: string, { prompt, expected, maxTokens }: Serve['prompts'][number]): string {
  const request = { model, messages: [{ role: 'user', content: prompt }], max_tokens: maxTokens, temperature: 0 }
  // Engines write their answers without spaces between key and value.
  const piece = expected === undefined ? '"content":' : `"content":${JSON.stringify(expected)}`
  return `ask ${shellQuote(JSON.stringify(request))} ${shellQuote(piece)}`
}

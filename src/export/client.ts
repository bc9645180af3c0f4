import { printableLine } from '../core/printable.ts'
import { shellQuote } from '../core/shell-quote.ts'
import { baseUrl } from '../plan/engines/serving.ts'
import type { ExportTarget } from './export-target.ts'
import { servedEngine, servedTitle } from './served-engine.ts'

/** What an editor or another client must be told to use the engine. */
export const client: ExportTarget = {
  file: (name) => `${name}.client.txt`,
  write({ context }) {
    const { recipe } = context
    const { servedName, apiKeyFile } = servedEngine(context)
    const url = baseUrl(recipe)
    const model = printableLine(servedName)
    const request = JSON.stringify({ model, messages: [{ role: 'user', content: 'Say hello.' }], max_tokens: 32 })
    const key = apiKeyFile === undefined ? 'none' : `"$(cat ${shellQuote(apiKeyFile)})"`
    return [
      `# ${servedTitle(context)}, from the recipe ${recipe.name}.`,
      ...(recipe.server.host === '127.0.0.1'
        ? [
            '# It listens on its own machine only. From elsewhere, through SSH:',
            `#   ssh -N -L ${recipe.server.port}:127.0.0.1:${recipe.server.port} USER@HOST`,
          ]
        : []),
      '',
      `Base URL   ${url}`,
      `Model      ${model}`,
      `API key    ${apiKeyFile === undefined ? 'none is needed; clients that insist take any word' : `in ${apiKeyFile}`}`,
      '',
      '# Shell, and every program that reads the variables of the OpenAI client:',
      `export OPENAI_BASE_URL=${shellQuote(url)}`,
      `export OPENAI_API_KEY=${key}`,
      '',
      '# Try it:',
      `curl -sS ${shellQuote(`${url}/chat/completions`)} -H 'Content-Type: application/json' \\`,
      `  -H "Authorization: Bearer $OPENAI_API_KEY" -d ${shellQuote(request)}`,
      '',
      '# Continue (VS Code, JetBrains), in ~/.continue/config.yaml under `models:`',
      `- name: ${JSON.stringify(`${model} (rigup)`)}`,
      '  provider: openai',
      `  model: ${JSON.stringify(model)}`,
      `  apiBase: ${JSON.stringify(url)}`,
      '  apiKey: YOUR-KEY-OR-ANY-WORD',
      '',
    ].join('\n')
  },
}

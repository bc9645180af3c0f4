// Produces failures with the real engine and keeps their logs: npm run failures:produce -- --engine VENV [--out FOLDER] [NAME ...]
//
// VENV is a virtual environment with a vLLM for the CPU. Without --out the logs go to test/fixtures/logs/produced.
import { spawn } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { diagnoseText } from '#src/diagnosis/diagnose.ts'
import { type ModelCopy, type ProducedCase, producedCases } from './produce-failures/cases.ts'

const { values, positionals } = parseArgs({
  options: { engine: { type: 'string' }, out: { type: 'string' }, uv: { type: 'string', default: 'uv' } },
  allowPositionals: true,
})
const engine = resolve(values.engine ?? process.env['RIGUP_ENGINE'] ?? '')
const out = resolve(values.out ?? 'test/fixtures/logs/produced')
const proofModel = resolve('recipes/proof-model')
const port = 18_437
const longestStart = 240_000

function copyOf(folder: string): ModelCopy {
  const file = (name: string): string => join(folder, name)
  return {
    folder,
    async editConfig(change) {
      const config: unknown = JSON.parse(await readFile(file('config.json'), 'utf8'))
      if (typeof config !== 'object' || config === null) throw new TypeError('config.json is no object')
      change(config as Record<string, unknown>)
      await writeFile(file('config.json'), JSON.stringify(config, null, 2))
    },
    truncate: (name, bytes) => truncate(file(name), bytes),
    write: (name, text) => writeFile(file(name), text),
    remove: (name) => rm(file(name), { force: true }),
  }
}

/** Paths, names and numbers of this machine become neutral ones. */
function scrub(log: string, folder: string): string {
  return log
    .replaceAll(folder, '/srv/case')
    .replaceAll(engine, '/opt/vllm')
    .replaceAll(proofModel, '/models/tiny')
    .replaceAll(resolve('.'), '/srv/rigup')
    .replaceAll(hostname(), 'host')
    .replace(/\/root\b/g, '/home/op')
    .replace(/\/usr\/local\/lib\/python3[.\d]*/g, '/usr/lib/python3')
    .replace(/\b(?:\d{1,3}\.){3}\d{1,3}(?=:\d{4,5}\b)/g, '127.0.0.1')
    .replace(/https?:\/\/[a-z0-9.-]*(?:internal|local|corp)[a-z0-9.:/-]*/gi, 'https://index.example')
}

async function run(each: ProducedCase, folder: string): Promise<string> {
  const model = each.change ? join(folder, 'model') : proofModel
  if (each.change) {
    await cp(proofModel, model, { recursive: true })
    await each.change(copyOf(model))
  }
  await mkdir(join(folder, 'empty'))
  const needsFull = JSON.stringify(each.environment ?? {}).includes('{full}')
  if (needsFull) await mountFull(join(folder, 'full'))
  await writeFile(join(folder, 'requirements.in'), 'torch==2.11.0\ntorch==2.13.0\n')
  const fill = (text: string): string =>
    text
      .replaceAll('{engine}', engine)
      .replaceAll('{full}', join(folder, 'full'))
      .replaceAll('{empty}', join(folder, 'empty'))
      .replaceAll('{gguf}', join(proofModel, 'proof.gguf'))
      .replaceAll('{requirements}', join(folder, 'requirements.in'))
  const serve = [
    join(engine, 'bin/vllm'),
    'serve',
    fill(each.model ?? model),
    '--port',
    String(port),
    ...(each.flags ?? []),
  ]
  const argv = each.uv ? [values.uv, ...each.uv.map(fill)] : serve
  const limited = each.limit ? ['bash', '-c', `ulimit ${each.limit}; exec "$@"`, 'bash', ...argv] : argv
  const environment = {
    PATH: `${join(engine, 'bin')}:${process.env['PATH']}`,
    HOME: process.env['HOME'],
    SSL_CERT_FILE: process.env['SSL_CERT_FILE'],
    VLLM_TARGET_DEVICE: 'cpu',
    VLLM_CPU_KVCACHE_SPACE: '1',
    VLLM_NO_USAGE_STATS: '1',
    VLLM_LOGGING_COLOR: '0',
    VLLM_CACHE_ROOT: join(tmpdir(), 'rigup-failures-cache'),
    HF_HOME: join(folder, 'hub'),
    ...Object.fromEntries(Object.entries(each.environment ?? {}).map(([name, value]) => [name, fill(value)])),
  }
  const taken = each.occupyPort ? createServer().listen(port, '0.0.0.0') : null
  try {
    return await collect(limited, environment, each)
  } finally {
    taken?.close()
    if (needsFull) await command(['umount', join(folder, 'full')])
  }
}

async function mountFull(folder: string): Promise<void> {
  await mkdir(folder)
  await chmod(folder, 0o777)
  await command(['mount', '-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder])
}

async function command(argv: readonly string[]): Promise<string> {
  const { promise, resolve: done } = Promise.withResolvers<string>()
  const child = spawn(argv[0] ?? '', argv.slice(1), { timeout: 30_000 })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  child.on('close', () => done(output))
  return promise
}

async function collect(
  argv: readonly string[],
  env: Record<string, string | undefined>,
  each: ProducedCase,
): Promise<string> {
  const child = spawn(argv[0] ?? '', argv.slice(1), { env, timeout: longestStart, detached: true })
  let log = ''
  let isUp = false
  const { promise, resolve: done } = Promise.withResolvers<string>()
  const take = (chunk: Buffer): void => {
    log += chunk.toString()
    if (isUp || !log.includes('Application startup complete')) return
    isUp = true
    void afterStart(each, child.pid ?? 0, () => log).then((answer) => {
      log += answer
    })
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  child.on('close', (_code, signal) => done(`${log}${signal ? `ended by ${signal}\n` : ''}`))
  return promise
}

async function afterStart(each: ProducedCase, pid: number, log: () => string): Promise<string> {
  if (each.once === 'chat') {
    const body = JSON.stringify({ model: 'x', messages: [{ role: 'user', content: 'hello' }] })
    const models = await fetch(`http://127.0.0.1:${port}/v1/models`).then(
      (response) => response.json() as Promise<{ data: { id: string }[] }>,
    )
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: 'POST',
      headers,
      body: body.replace('"x"', JSON.stringify(models.data[0]?.id)),
    })
    // What a client is told; the server's own log does not say why.
    const told = `client: HTTP ${answer.status} ${await answer.text()}\n`
    process.kill(pid, 'SIGINT')
    return told
  }
  if (each.once === 'kill-engine') {
    const engineCore = /\(EngineCore pid=(\d+)\)/.exec(log())?.[1]
    if (engineCore) process.kill(Number(engineCore), 'SIGKILL')
    return ''
  }
  process.kill(pid, 'SIGINT')
  return ''
}

await mkdir(out, { recursive: true })
const wanted = producedCases.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
for (const each of wanted) {
  const folder = await mkdtemp(join(tmpdir(), 'rigup-failure-'))
  try {
    const log = scrub(await run(each, folder), folder)
    const engineVersion = /LLM engine \(v([\w.]+)|version ([\d.]+)/.exec(log)?.slice(1).find(Boolean) ?? null
    const sidecar = {
      made: each.made,
      cause: each.cause,
      flags: each.flags ?? [],
      environment: each.environment ?? {},
      engine: engineVersion,
    }
    await writeFile(join(out, `${each.name}.log`), log)
    await writeFile(join(out, `${each.name}.json`), `${JSON.stringify(sidecar, null, 2)}\n`)
    const said = diagnoseText(log).cause
    console.log(`${said === each.cause ? 'ok   ' : 'WRONG'} ${each.name}: ${said} (${log.length} characters)`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

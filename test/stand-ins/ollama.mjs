#!/usr/bin/env node
// A stand-in for Ollama 0.33: the commands serve, create, pull and --version, with the requests between them, the progress, and the lines on
// standard error that its sources have (cmd/cmd.go, server/routes.go, progress/bar.go). It computes nothing: it knows the answers of the proof
// model by heart. No test of a real Ollama uses it.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const version = '0.33.0'
const [host, port] = (process.env.OLLAMA_HOST ?? '127.0.0.1:11434').split(/:(?=\d+$)/)
const base = `http://${host}:${port}`
const models = process.env.OLLAMA_MODELS ?? join(homedir(), '.ollama/models')
/** Milliseconds between two pieces of a pull, and how many there are; a pull that stops half way stays there. */
const pause = Number(process.env.STAND_IN_PAUSE ?? 20)
const pieces = Number(process.env.STAND_IN_PIECES ?? 20)

const [verb, ...rest] = process.argv.slice(2)
const commands = { serve, create, pull, '--version': tellVersion }
await (commands[verb] ?? unknown)()

function unknown() {
  console.error(`Error: unknown command "${verb}" for "ollama"`)
  process.exit(1)
}

async function tellVersion() {
  const answer = await fetch(`${base}/api/version`).catch(() => null)
  const running = answer?.ok ? (await answer.json()).version : ''
  if (running === '') console.log('Warning: could not connect to a running Ollama instance')
  else console.log(`ollama version is ${running}`)
  if (running !== version) console.log(`Warning: client version is ${version}`)
}

async function create() {
  const [name, flag, modelfile] = rest
  if (!['--file', '-f'].includes(flag)) unknown()
  const text = readFileSync(modelfile, 'utf8')
  const from = resolve(dirname(modelfile), /^FROM (.+)$/m.exec(text)[1])
  const content = readFileSync(from)
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
  await expectOk(await fetch(`${base}/api/blobs/${digest}`, { method: 'POST', body: content }))
  const files = { [from.split('/').at(-1)]: digest }
  await tell('/api/create', { model: name, files, template: /^TEMPLATE """([\s\S]*?)"""/m.exec(text)[1] })
}

async function pull() {
  await tell('/api/pull', { model: rest[0] })
}

/** Prints what the server tells, redrawn in place as Ollama does it without a terminal too. */
async function tell(path, request) {
  const response = await fetch(base + path, { method: 'POST', body: JSON.stringify(request) })
  let rest = ''
  const states = new Map()
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()
    for (const { status, digest, total, completed, error } of lines.map((line) => JSON.parse(line))) {
      if (error) {
        console.error(`Error: ${error}`)
        process.exit(1)
      }
      const done = completed === total ? `${gigabytes(total)}       ` : `${gigabytes(completed)}/${gigabytes(total)}`
      states.set(
        digest ?? status,
        digest
          ? `pulling ${digest.slice(7, 19)}: ${Math.round((100 * completed) / total)}% ▕██  ▏ ${done}  38 MB/s   1m2s`
          : `${status} ⠋`,
      )
      process.stderr.write(
        `\u001b[?2026h\u001b[?25l${'\u001b[A'.repeat(states.size - 1)}\u001b[1G${[...states.values()].map((line) => `${line}\u001b[K`).join('\n')}\u001b[?25h\u001b[?2026l`,
      )
    }
  }
  process.stderr.write('\n')
}

function gigabytes(bytes) {
  return `${(bytes / 1e9).toFixed(1)} GB`
}

async function expectOk(response) {
  if (response.ok) return
  console.error(`Error: ${await response.text()}`)
  process.exit(1)
}

function serve() {
  mkdirSync(join(models, 'manifests'), { recursive: true })
  const { prompts } = JSON.parse(readFileSync(process.env.STAND_IN_ANSWERS, 'utf8'))
  const blobs = new Set()
  const listed = () => readdirSync(join(models, 'manifests')).map((file) => decodeURIComponent(file))
  const add = (name) =>
    writeFileSync(join(models, 'manifests', encodeURIComponent(name.includes(':') ? name : `${name}:latest`)), '')
  const routes = {
    'GET /api/version': (_, response) => response.end(JSON.stringify({ version })),
    'GET /v1/models': (_, response) =>
      response.end(
        JSON.stringify({ object: 'list', data: listed().map((id) => ({ id, object: 'model', owned_by: 'library' })) }),
      ),
    'POST /api/create': ({ model, files }, response) => {
      const missing = Object.values(files).find((digest) => !blobs.has(digest))
      const told = missing
        ? [{ error: `digest "${missing}" not found` }]
        : ['parsing GGUF', 'writing manifest', 'success'].map((status) => ({ status }))
      if (!missing) add(model)
      response.end(told.map((line) => `${JSON.stringify(line)}\n`).join(''))
    },
    'POST /api/pull': async ({ model }, response) => {
      const say = (line) => response.write(`${JSON.stringify(line)}\n`)
      say({ status: 'pulling manifest' })
      if (model.startsWith('no-such')) {
        response.end(`${JSON.stringify({ error: 'pull model manifest: file does not exist' })}\n`)
        return
      }
      const digest = `sha256:${'8eeb52dfb3bb'.padEnd(64, '0')}`
      for (let piece = 1; piece <= pieces; piece += 1) {
        say({
          status: `pulling ${digest.slice(7, 19)}`,
          digest,
          total: 4_700_000_000,
          completed: (4_700_000_000 / pieces) * piece,
        })
        await delay(pause)
        if (process.env.STAND_IN_HANGS && piece * 2 > pieces) return
      }
      for (const status of ['verifying sha256 digest', 'writing manifest', 'success']) say({ status })
      add(model)
      response.end()
    },
    'POST /v1/chat/completions': ({ messages, stream }, response) => {
      const content =
        prompts.find(({ prompt }) => prompt === messages.at(-1).content)?.expected ?? 'A card that computes.'
      if (!stream) {
        response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content } }] }))
        return
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const piece of content.split(/(?= )/))
        response.write(`data: ${JSON.stringify({ choices: [{ delta: { content: piece } }] })}\n\n`)
      response.write(`data: ${JSON.stringify({ choices: [], usage: { completion_tokens: 7 } })}\n\n`)
      response.end('data: [DONE]\n\n')
    },
  }
  const server = createServer((request, response) => {
    const parts = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts)
      if (request.url.startsWith('/api/blobs/')) {
        const digest = request.url.slice('/api/blobs/'.length)
        const is = `sha256:${createHash('sha256').update(body).digest('hex')}`
        if (is === digest) blobs.add(digest)
        response.writeHead(is === digest ? 201 : 400).end()
        return
      }
      const route = routes[`${request.method} ${request.url}`]
      if (route === undefined) response.writeHead(404).end('404 page not found')
      else void route(body.length > 0 ? JSON.parse(body) : null, response)
    })
  })
  const time = () => new Date().toISOString().replace('Z', '+00:00')
  console.error(`time=${time()} level=INFO source=routes.go:1500 msg="server config" env="map[OLLAMA_HOST:${base}]"`)
  server.listen(Number(port), host, () =>
    console.error(
      `time=${time()} level=INFO source=routes.go:1550 msg="Listening on ${host}:${port} (version ${version})"`,
    ),
  )
  if (existsSync(models)) for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0))
}

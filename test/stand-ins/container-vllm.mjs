#!/usr/bin/node
// A stand-in for `vllm serve` inside a container: lists the proof model and knows its answers. No test of a real engine uses it.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const [verb, model, ...rest] = process.argv.slice(2)
const flag = (name) => rest[rest.indexOf(name) + 1]
if (verb !== 'serve' || !rest.includes('--host')) {
  console.error(`vllm: error: ${verb ?? 'nothing'} is not understood`)
  process.exit(2)
}
console.log(`INFO 11-21 04:06:11 [api_server.py:1] vLLM API server version 0.32.0 as user ${process.getuid()}`)
const { prompts } = JSON.parse(readFileSync(`${model}/proof.json`, 'utf8'))
const name = flag('--served-model-name')
// Slower where a test wants to come in between.
const startMilliseconds = Number(process.env.STAND_IN_START ?? 300)

function chat(body, response) {
  const { messages, stream } = JSON.parse(body)
  const { expected } = prompts.find(({ prompt }) => prompt === messages.at(-1).content)
  if (!stream) {
    response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content: expected } }] }))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (value) => response.write(`data: ${JSON.stringify(value)}\n\n`)
  for (const content of expected.split(/(?= )/)) send({ choices: [{ delta: { content } }] })
  send({ choices: [], usage: { completion_tokens: 7 } })
  response.end('data: [DONE]\n\n')
}

const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    const key = process.env.VLLM_API_KEY
    if (request.url === '/health') response.writeHead(200).end()
    else if (key && request.headers.authorization !== `Bearer ${key}`)
      response.writeHead(401).end('{"error":"Unauthorized"}')
    else if (request.url === '/v1/models') response.end(JSON.stringify({ data: [{ id: name, max_model_len: 1024 }] }))
    else if (request.url === '/v1/chat/completions') chat(body, response)
    else response.writeHead(404).end()
  })
})
setTimeout(() => server.listen(Number(flag('--port')), flag('--host')), startMilliseconds)
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0))

// A stand-in for an engine: speaks the OpenAI API and misbehaves on demand. No test of a real engine uses it.
// usage: node engine.ts PORT BEHAVIOUR
import { spawn } from 'node:child_process'
import { createServer, type ServerResponse } from 'node:http'

const [port = '0', behaviour = 'good'] = process.argv.slice(2)
const answers: Record<string, string[]> = {
  good: ['Grüß', ' dich', ' 👋'],
  'wrong-text': ['!!!!', '!!!!', '!!!!!!!!'],
  alarm: ['A part of me', ' is missing.'],
}

console.log('INFO 11-21 04:06:11 [api_server.py:1] vLLM API server version 0.32.0')
if (behaviour === 'exits') {
  console.error('ERROR no such flag')
  process.exit(2)
}
if (behaviour === 'illegal-instruction') process.kill(process.pid, 'SIGILL')
if (behaviour === 'deaf') process.on('SIGINT', () => {}).on('SIGTERM', () => {})
// A worker in a session of its own, as some launchers make them.
if (behaviour === 'deaf') spawn('sleep', ['600'], { detached: true, stdio: 'ignore' })

function send(response: ServerResponse, value: unknown): void {
  response.write(`data: ${JSON.stringify(value)}\n\n`)
}

function chat(response: ServerResponse): void {
  if (behaviour === 'error-500') {
    response.writeHead(500, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { message: 'EngineCore encountered an issue.' } }))
    return
  }
  if (behaviour === 'garbage') {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end('<html>\u001b[2Jwelcome to my router</html>')
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  if (behaviour === 'dies-generating') process.exit(1)
  if (behaviour === 'says-nothing') return void response.flushHeaders()
  if (behaviour === 'error-midway') {
    send(response, { choices: [{ delta: { content: 'Gr' } }] })
    send(response, { error: { message: 'KeyError in EngineCore' } })
    response.end()
    return
  }
  const pieces = answers[behaviour] ?? answers['good'] ?? []
  send(response, { choices: [{ delta: { role: 'assistant', content: '' } }] })
  for (const content of pieces) send(response, { choices: [{ delta: { content } }] })
  if (behaviour === 'cut-off') return void response.destroy()
  send(response, { choices: [], usage: { completion_tokens: 7 } })
  response.end('data: [DONE]\n\n')
}

const server = createServer((request, response) => {
  request.resume()
  const key = process.env['VLLM_API_KEY']
  if (request.url === '/health') response.writeHead(behaviour === 'never-ready' ? 503 : 200).end()
  else if (key && request.headers.authorization !== `Bearer ${key}`) {
    response.writeHead(401).end(JSON.stringify({ error: 'Unauthorized' }))
  } else if (request.url === '/v1/models') {
    const id = behaviour === 'no-list' ? null : 'stand-in'
    response.end(behaviour === 'no-list' ? 'hello' : JSON.stringify({ data: [{ id, max_model_len: 1024 }] }))
  } else if (request.url === '/v1/chat/completions') chat(response)
  else response.writeHead(404).end()
})
server.listen(Number(port), '127.0.0.1')
if (behaviour !== 'deaf') {
  process.on('SIGINT', () => process.exit(0))
}

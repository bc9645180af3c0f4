import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { detectMachine } from '#src/machine/detect.ts'
import { placesOf } from '#src/machine/places.ts'
import { askPlaces, withReachability } from '#src/machine/reachability.ts'
import { savedHost } from './saved-host.ts'

let server: Server
let base = ''
const seen: { url: string; headers: Readonly<Record<string, unknown>> }[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push({ url: request.url ?? '', headers: request.headers })
    // /silent never answers.
    if (request.url !== '/silent') response.writeHead(401).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const options = { environment: {}, timeLimitMilliseconds: 300 }

it('counts a refusal as an answer, and says what does not answer', async () => {
  const answers = await askPlaces(
    [`http://me:secret@${base}/`, `http://${base}/silent`, 'http://127.0.0.1:1/', 'http://'],
    options,
  )
  expect(answers.map((answer) => [answer.answers, answer.note])).toEqual([
    [true, 'HTTP 401'],
    [false, 'no answer in time'],
    [false, 'it refuses the connection'],
    [false, expect.any(String)],
  ])
  expect(answers[0]?.url).toBe(`http://${base}/`)
  expect(seen.find(({ url }) => url === '/')?.headers.authorization).toBeUndefined()
})

it.each(['http://me:secret@', 'me:secret@', ''])('goes through a proxy given as %shost:port', async (prefix) => {
  const environment = { http_proxy: `${prefix}${base}` }
  const [answer] = await askPlaces(['http://index.example/simple/'], { ...options, environment })
  expect(answer).toMatchObject({ answers: true, url: 'http://index.example/simple/' })
  expect(seen.at(-1)?.url).toBe('http://index.example/simple/')
  expect(JSON.stringify(answer)).not.toContain('secret')
})

it('asks what the machine is set up to use, and keeps the answers as a fact with evidence', async () => {
  const environment = { UV_DEFAULT_INDEX: `http://me:secret@${base}/simple/`, HF_ENDPOINT: `http://${base}/hub/` }
  const machine = await detectMachine({ host: savedHost({ environment }) })
  expect(machine.network).toMatchObject({ value: null, unknown: expect.stringContaining('nobody was asked') })
  expect(placesOf(machine, environment).slice(0, 2)).toEqual([`http://${base}/simple/`, `http://${base}/hub/`])
  // The public places are not asked by a test: a proxy that answers stands in for all of them.
  const proxied = { ...environment, https_proxy: `http://127.0.0.1:1`, http_proxy: '' }
  const asked = await withReachability(machine, { environment: proxied, timeLimitMilliseconds: 1000 })
  expect(asked.network.value?.slice(0, 3)).toMatchObject([{ answers: true }, { answers: true }, { answers: false }])
  expect(asked.network.evidence[0]).toMatchObject({
    source: `HEAD http://${base}/simple/`,
    line: expect.stringMatching(/^HTTP 401/),
  })
  expect(JSON.stringify(asked)).not.toContain('secret')
})

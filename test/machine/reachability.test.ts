import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askPlaces } from '#src/machine/reachability.ts'

let server: Server
let base = ''
beforeAll(async () => {
  server = createServer((request, response) => {
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

it('counts a refusal as an answer, and says what does not answer', async () => {
  const answers = await askPlaces([`http://me:secret@${base}/`, `http://${base}/silent`, 'http://127.0.0.1:1/'], 300)
  expect(answers.map((answer) => [answer.answers, answer.note.startsWith('HTTP 401')])).toEqual([
    [true, true],
    [false, false],
    [false, false],
  ])
  expect(answers[0]?.url).toBe(`http://${base}/`)
  expect(answers[1]?.note).toBe('no answer in time')
})

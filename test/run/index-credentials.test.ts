import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fetchFile } from '#src/run/executors/fetch.ts'
import { run } from '#src/run/executors/run.ts'
import { addingCredentials } from '#src/run/index-credentials.ts'
import { type Recorded, recorded } from './support/context.ts'
import { temporaryFolder } from './support/runs.ts'

describe('credentials go to', () => {
  const add = addingCredentials(['https://me:s%40fe@mirror.example.org/simple', 'http://token@10.0.0.1:8080/'])

  test.each([
    ['https://mirror.example.org/simple', 'https://me:s%40fe@mirror.example.org/simple'],
    ['https://mirror.example.org', 'https://me:s%40fe@mirror.example.org'],
    ['http://10.0.0.1:8080/a https://other/b', 'http://token@10.0.0.1:8080/a https://other/b'],
    ['/srv/wheels,https://mirror.example.org/x', '/srv/wheels,https://me:s%40fe@mirror.example.org/x'],
  ])('the same server: %s', (given, expected) => {
    expect(add(given)).toBe(expected)
  })

  test.each([
    'http://mirror.example.org/simple',
    'https://mirror.example.org:444/simple',
    'https://mirror.example.org.evil.example/simple',
    'https://evil.example/https://mirror.example.org.x',
    'https://other@mirror.example.org/simple',
    '/srv/wheels',
  ])('no other: %s', (given) => {
    expect(add(given)).toBe(given)
  })
})

describe('an index that wants a password', () => {
  const wheel = Buffer.from('a wheel')
  const sha256 = createHash('sha256').update(wheel).digest('hex')
  let server: Server
  let index: string
  let folder: string
  let context: Recorded

  beforeEach(async () => {
    folder = await temporaryFolder()
    server = createServer((request, response) => {
      const pair = Buffer.from(request.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString()
      if (pair !== 'me:open-sesame') response.writeHead(401).end()
      else if (request.url === '/simple/tool/') {
        response.setHeader('content-type', 'text/html')
        response.end('<a href="/files/tool.whl">tool.whl</a>')
      } else response.end(wheel)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    index = `http://${host}/simple`
    const configuration = join(folder, 'pip.conf')
    await writeFile(configuration, `[global]\nindex-url = http://me:open-sesame@${host}/simple\n`)
    const base = recorded(folder)
    context = { ...base, environment: { ...base.environment, PIP_CONFIG_FILE: configuration } }
  })
  afterEach(() => {
    server.close().closeAllConnections()
  })

  test('gets it from pip’s configuration for a download', async () => {
    const path = join(folder, 'tool.whl')
    const sources = [{ kind: 'index' as const, index, project: 'tool', file: 'tool.whl' }]
    await fetchFile({ kind: 'fetch', path, sha256, sources }, context)
    expect(await readFile(path)).toEqual(wheel)
    expect(context.said()).not.toContain('open-sesame')
  })

  test('gets it in the environment of uv, and on no command line', async () => {
    const wanted = index.replace('http://', 'http://me:open-sesame@')
    const script = `test "$UV_DEFAULT_INDEX" = "$(cat wanted)"`
    await writeFile(join(folder, 'wanted'), wanted)
    const argv = ['sh', '-c', script]
    await run({ kind: 'run', argv, environment: { UV_DEFAULT_INDEX: index }, directory: folder }, context)
    expect(context.said()).not.toContain('open-sesame')
  })
})

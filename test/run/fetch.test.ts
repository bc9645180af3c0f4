import { createHash } from 'node:crypto'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Operation } from '#src/plan/operation.ts'
import { fetchFile } from '#src/run/executors/fetch.ts'
import { parseIndexPage } from '#src/run/fetch/package-index.ts'
import { type Recorded, recorded } from './support/context.ts'
import { temporaryFolder } from './support/runs.ts'

const content = Buffer.from('0123456789'.repeat(1000))
const sha256 = createHash('sha256').update(content).digest('hex')

let folder: string
let context: Recorded
const servers: Server[] = []
beforeEach(async () => {
  folder = await temporaryFolder()
  context = recorded(folder)
})
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

type Sources = Extract<Operation, { kind: 'fetch' }>['sources']

function get(sources: Sources, expected = sha256): Promise<void> {
  return fetchFile({ kind: 'fetch', path: join(folder, 'in', 'file'), sha256: expected, sources }, context)
}

async function isWhole(): Promise<void> {
  expect(await readFile(join(folder, 'in', 'file'))).toEqual(content)
  await expect(stat(join(folder, 'in', 'file.part'))).rejects.toThrow('ENOENT')
}

describe('fetch', () => {
  test('downloads, tells how far it is, and does not download twice', async () => {
    let requests = 0
    const url = await serve((_, response) => {
      requests += 1
      response.end(content)
    })
    await get([{ kind: 'url', url }])
    await get([{ kind: 'url', url }])
    await isWhole()
    expect(requests).toBe(1)
    expect(context.updates.at(-1)).toMatchObject({ doneBytes: content.length })
  })

  test('goes on where a connection was cut', async () => {
    const ranges: (string | undefined)[] = []
    const url = await serve((request, response) => {
      ranges.push(request.headers.range)
      if (request.headers.range === undefined) {
        response.writeHead(200, { 'content-length': content.length })
        response.write(content.subarray(0, 4000))
        // Cut once the client has kept what it got.
        void vi
          .waitUntil(
            () =>
              stat(join(folder, 'in', 'file.part')).then(
                ({ size }) => size === 4000,
                () => false,
              ),
            { timeout: 15_000 },
          )
          .then(() => response.destroy())
        return
      }
      const from = Number(/\d+/.exec(request.headers.range)?.[0])
      response.writeHead(206, { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` })
      response.end(content.subarray(from))
    })
    await get([{ kind: 'url', url }])
    await isWhole()
    expect(ranges).toEqual([undefined, 'bytes=4000-'])
  })

  test('begins anew where the server knows no ranges, or the part is not a beginning of the file', async () => {
    const url = await serve((_, response) => response.end(content))
    await mkdir(join(folder, 'in'))
    await writeFile(join(folder, 'in', 'file.part'), 'something else')
    await get([{ kind: 'url', url }])
    await isWhole()
  })

  test('throws away what has another checksum, and takes the next source', async () => {
    const bad = await serve((_, response) => response.end('tampered'))
    const good = await serve((_, response) => response.end(content))
    await get([
      { kind: 'url', url: bad },
      { kind: 'url', url: good },
    ])
    await isWhole()
    expect(context.said()).toContain('is not the file that was expected')
  })

  test.each([
    [404, 'There is no such file there.'],
    [401, 'It wants a user name and password.'],
  ])('says what a %i means', async (status, why) => {
    const url = await serve((_, response) => response.writeHead(status).end())
    await expect(get([{ kind: 'url', url: `${url}/a` }])).rejects.toMatchObject({ status, why, exit: 'network' })
  })

  test('says that nothing listens there', async () => {
    await expect(get([{ kind: 'url', url: 'http://127.0.0.1:9/x' }])).rejects.toMatchObject({
      message: '127.0.0.1:9 cannot be reached.',
      exit: 'network',
    })
  })

  test('a file of another checksum everywhere is a problem, and leaves nothing', async () => {
    const url = await serve((_, response) => response.end(content))
    await expect(get([{ kind: 'url', url }], '0'.repeat(64))).rejects.toMatchObject({
      why: expect.stringContaining(sha256),
    })
    await expect(stat(join(folder, 'in', 'file.part'))).rejects.toThrow('ENOENT')
  })
})

describe('a package index', () => {
  const source = (index: string): Sources => [
    { kind: 'index', index, project: 'My.Tool', file: 'my_tool-1.0-py3-none-any.whl' },
  ]
  const html = '<a href="../../files/x.whl#sha256=00" data-requires-python="&gt;=3.8">my_tool-1.0-py3-none-any.whl</a>'

  test.each([
    ['HTML', 'text/html', html],
    [
      'JSON',
      'application/vnd.pypi.simple.v1+json',
      JSON.stringify({
        meta: {},
        files: [{ filename: 'my_tool-1.0-py3-none-any.whl', url: '../../files/x.whl', hashes: {} }],
      }),
    ],
  ])('as %s, with credentials in its URL', async (_, type, body) => {
    const asked: string[] = []
    const url = await serve((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization}`)
      if (request.url === '/files/x.whl') response.end(content)
      else response.writeHead(200, { 'content-type': type }).end(body)
    })
    await get(source(url.replace('http://', 'http://me:p%40ss@').concat('/simple')))
    await isWhole()
    const basic = `Basic ${Buffer.from('me:p@ss').toString('base64')}`
    expect(asked).toEqual([`/simple/my-tool/ ${basic}`, `/files/x.whl ${basic}`])
    expect(context.said()).not.toContain('p%40ss')
  })

  test('as a folder', async () => {
    await mkdir(join(folder, 'simple', 'my-tool'), { recursive: true })
    await mkdir(join(folder, 'files'))
    await writeFile(join(folder, 'simple', 'my-tool', 'index.html'), html)
    await writeFile(join(folder, 'files', 'x.whl'), content)
    await get(source(`file://${folder}/simple`))
    await isWhole()
  })

  test('that lags behind is named', async () => {
    const url = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<a href="a">a</a>'),
    )
    await expect(get(source(url))).rejects.toMatchObject({
      message: `${url} does not have my_tool-1.0-py3-none-any.whl.`,
      why: 'It lists 1 files of My.Tool, and not this one.',
    })
  })

  test('does not give its credentials to other hosts', () => {
    const page = parseIndexPage(
      '<a href="https://other.example/x.whl">x.whl</a>',
      'text/html',
      'https://me:secret@index.example/simple/x/',
    )
    expect(page.get('x.whl')).toBe('https://other.example/x.whl')
  })
})

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type StandInFile = { readonly path: string; readonly bytes: number; readonly content?: string | Buffer }
export type StandIn = {
  readonly url: string
  readonly requests: readonly { url: string; authorization: string | undefined }[]
  close(): Promise<void>
}

/** The part of the hub's API that reading a checkpoint needs, for one repository, on 127.0.0.1. */
export async function hubStandIn(
  id: string,
  files: readonly StandInFile[],
  { status = 200, gated = false }: { status?: number; gated?: boolean } = {},
): Promise<StandIn> {
  const requests: { url: string; authorization: string | undefined }[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://stand-in')
    requests.push({ url: url.pathname, authorization: request.headers.authorization })
    const json = (value: unknown): void => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(value))
    }
    if (status !== 200 || !url.pathname.includes(id)) {
      response.statusCode = status === 200 ? 404 : status
      json({ error: 'refused' })
    } else if (url.pathname.startsWith(`/api/models/${id}/tree/`)) {
      json(files.map(({ path, bytes }) => ({ type: 'file', path, size: bytes, oid: '0'.repeat(40) })))
    } else if (url.pathname.startsWith(`/api/models/${id}`)) {
      json({
        _id: '1',
        id,
        private: false,
        gated,
        downloads: 1,
        likes: 1,
        lastModified: '2026-01-01T00:00:00Z',
        sha: 'c0ffee',
        cardData: { license: 'mit' },
      })
    } else {
      const file = files.find(({ path }) => url.pathname === `/${id}/resolve/main/${path}`)
      const body = Buffer.from(file?.content ?? '')
      response.statusCode = file === undefined ? 404 : 200
      const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '')
      if (file !== undefined && range !== null) {
        const [start, end] = [Number(range[1]), Math.min(body.length - 1, Number(range[2] || body.length - 1))]
        response.writeHead(206, {
          'content-range': `bytes ${start}-${end}/${body.length}`,
          'content-length': end - start + 1,
          etag: '"1"',
        })
        response.end(body.subarray(start, end + 1))
      } else {
        response.setHeader('content-length', body.length)
        response.setHeader('etag', '"1"')
        response.end(request.method === 'HEAD' ? undefined : body)
      }
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { proofModel } from '#src/launch/proof-model.ts'
import type { RecipeInput } from '#src/recipe/schema/recipe.ts'
import { freePort } from '#test/launch/support/launch.ts'
import { Rigup } from './support/rigup.ts'

/** A real llama-server; without one nothing here can be tested. */
const server = process.env['RIGUP_TEST_LLAMA_SERVER']
if (!server) console.log('llama.cpp is not tested: RIGUP_TEST_LLAMA_SERVER names no llama-server')

const { prompts } = await proofModel()

function wanted(name: string, port: number, rest: Partial<RecipeInput> = {}): RecipeInput {
  return {
    rigup: 1,
    name,
    model: { source: 'proof', id: 'proof' },
    engine: { route: 'llama-cpp', version: 'newest' },
    server: { port },
    ...rest,
  }
}

describe.skipIf(!server)('a real llama-server that is installed', () => {
  let rigup: Rigup
  beforeEach(async () => {
    rigup = await Rigup.start({ PATH: `${dirname(server ?? '')}:${process.env['PATH']}` })
  })
  afterEach(() => rigup.close())

  async function answers(): Promise<string[]> {
    const events = (await rigup.journal()).flatMap((event) => (event.type === 'launch' ? [event.event] : []))
    return events.flatMap((event) => (event.type === 'generated' && event.matches ? [event.text] : []))
  }

  test('gives the known answers; the recipe replays; its script does the same; undo leaves nothing', async () => {
    const given = await rigup.recipe(wanted('llama', await freePort()))
    expect(await rigup.run('apply', given, '--yes')).toMatchObject({ code: 0 })
    expect(await answers()).toEqual(prompts.map(({ expected }) => expected))
    const recipe = await rigup.saved('llama')
    expect(recipe.measured).toMatchObject({ model: 'rigup-proof' })
    expect(recipe.engine.version).not.toBe('newest')

    expect(await rigup.run('apply', rigup.savedPath('llama'), '--yes')).toMatchObject({ code: 0 })
    expect(await answers()).toEqual(prompts.map(({ expected }) => expected))

    const script = await rigup.run('export', rigup.savedPath('llama'), '--to', 'sh')
    await rm(`${rigup.home}/data`, { recursive: true })
    const ran = await rigup.script(script.stdout)
    expect(ran.stderr).toContain('All done.')
    for (const { expected } of prompts) expect(ran.stderr).toContain(expected)

    const undone = await rigup.run('undo', '--yes')
    expect(undone).toMatchObject({ code: 0 })
    expect((await rigup.execute(['find', `${rigup.home}/data`, '-type', 'f'])).stdout).toBe('')
  })

  test('is left running where that is wanted, with a key that clients must send, until it is stopped', async () => {
    const port = await freePort()
    const given = await rigup.recipe(wanted('kept', port, { server: { port, afterTest: 'keep', apiKey: 'file' } }))
    expect(await rigup.run('apply', given, '--yes')).toMatchObject({ code: 0 })
    const url = `http://127.0.0.1:${port}/v1/chat/completions`
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401)
    const key = await readFile(join(rigup.home, 'data/rigup/engines/kept/api-key'), 'utf8')
    const headers = { authorization: `Bearer ${key}` }
    const models = await fetch(`http://127.0.0.1:${port}/v1/models`, { headers })
    expect(await models.text()).toContain('rigup-proof')
    expect((await rigup.run('status')).stdout).toContain(`Serving rigup-proof at http://127.0.0.1:${port}/v1`)
    expect(await rigup.run('stop')).toMatchObject({ code: 0 })
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow()
  })

  test('a flag that it does not know ends it with its own words', async () => {
    const port = await freePort()
    const given = await rigup.recipe(wanted('wrong', port, { server: { port, arguments: { 'no-such-flag': true } } }))
    const said = await rigup.run('apply', given, '--yes')
    expect(said.code).toBe(1)
    expect(said.stderr).toMatch(/ended before it was ready/)
  })
})

describe.skipIf(!server)('a release of llama.cpp, from a mirror', () => {
  const file = 'llama-b0-bin-ubuntu-x64.tar.gz'
  let folder = ''
  let sha256 = ''
  let mirror: Server
  let rigup: Rigup
  /** Requests for the archive that are cut off half way before one is answered whole. */
  let cuts = 0
  const ranges: (string | undefined)[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rigup-mirror-'))
    // As the project packs it: one folder, named after the release.
    const pack = ['-czf', join(folder, file), '--transform', 's,^\\.,llama-b0,', '-C', dirname(server ?? ''), '.']
    await promisify(execFile)('tar', pack)
    sha256 = createHash('sha256')
      .update(await readFile(join(folder, file)))
      .digest('hex')
    const { size } = await stat(join(folder, file))
    mirror = createServer((request, response) => {
      if (request.url !== `/mirror/ggml-org/llama.cpp/releases/download/b0/${file}`) {
        response.writeHead(404).end()
        return
      }
      ranges.push(request.headers.range)
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      const range = start > 0 ? { 'content-range': `bytes ${start}-${size - 1}/${size}` } : {}
      response.writeHead(start > 0 ? 206 : 200, { 'content-length': size - start, ...range })
      const end = cuts > 0 ? Math.floor((start + size) / 2) : size - 1
      cuts -= 1
      const content = createReadStream(join(folder, file), { start, end })
      content.pipe(response, { end: end === size - 1 })
      if (end < size - 1) content.on('end', () => response.destroy())
    })
    await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    mirror.close()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    ranges.length = 0
    // A llama-server in PATH would be no test of this.
    rigup = await Rigup.start()
  })
  afterEach(() => rigup.close())

  async function fromMirror(name: string, checksum: string): Promise<RecipeInput> {
    const { port } = mirror.address() as AddressInfo
    return wanted(name, await freePort(), {
      engine: { route: 'llama-cpp', version: 'b0', build: 'cpu', archives: [{ file, sha256: checksum }] },
      packages: { releases: `http://127.0.0.1:${port}/mirror` },
    })
  }

  test('goes on after a cut, answers, replays into another folder, and its script does the same', async () => {
    cuts = 1
    const given = await rigup.recipe(await fromMirror('release', sha256))
    const said = await rigup.run('apply', given, '--yes')
    expect(said).toMatchObject({ code: 0 })
    expect(said.stderr).toContain('llama.cpp b0 (cpu)')
    expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/)])
    expect((await rigup.saved('release')).engine).toMatchObject({ version: 'b0', archives: [{ file, sha256 }] })

    const second = join(rigup.home, 'second')
    expect(await rigup.run('apply', rigup.savedPath('release'), '--yes', '--directory', second)).toMatchObject({
      code: 0,
    })
    expect((await stat(join(second, 'llama.cpp/llama-server'))).isFile()).toBe(true)

    const script = await rigup.run('export', given, '--to', 'sh')
    await rm(join(rigup.home, 'data'), { recursive: true })
    const ran = await rigup.script(script.stdout)
    expect(ran.stderr).toContain('All done.')

    expect(await rigup.run('undo', '--yes')).toMatchObject({ code: 0 })
    await expect(stat(second)).rejects.toThrow()
  })

  test('is thrown away where its checksum is another', async () => {
    const given = await rigup.recipe(await fromMirror('tampered', '0'.repeat(64)))
    const said = await rigup.run('apply', given, '--yes')
    expect(said.code).toBe(5)
    expect(said.stderr).toContain(`${basename(file)} was thrown away`)
    expect((await rigup.execute(['find', rigup.home, '-name', `${file}*`])).stdout).toBe('')
  })
})

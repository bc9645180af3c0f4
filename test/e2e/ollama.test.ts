import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { proofModel, proofModelDirectory } from '#src/launch/proof-model.ts'
import type { RecipeInput } from '#src/recipe/schema/recipe.ts'
import { freePort } from '#test/launch/support/launch.ts'
import { Rigup } from './support/rigup.ts'

// Everything here runs against a stand-in that has the commands, requests and progress of Ollama 0.33, and computes nothing.
const standIn = join(import.meta.dirname, '../stand-ins/ollama.mjs')
const { prompts } = await proofModel()

let folder = ''
let rigup: Rigup
let port = 0
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rigup-ollama-'))
  rigup = await Rigup.start({ PATH: `${join(folder, 'bin')}:${process.env['PATH']}` })
  port = await freePort()
})
afterEach(async () => {
  await rigup.close()
  await rm(folder, { recursive: true, force: true })
})

async function install(): Promise<void> {
  await mkdir(join(folder, 'bin'))
  await symlink(standIn, join(folder, 'bin/ollama'))
}

/** What the stand-in needs reaches it the way any variable of an engine does: by the recipe. */
function wanted(rest: Partial<RecipeInput> = {}, environment: Record<string, string> = {}): Promise<string> {
  const answers = join(proofModelDirectory(), 'proof.json')
  return rigup.recipe({
    rigup: 1,
    name: 'stand-in',
    model: { source: 'proof', id: 'proof' },
    engine: { route: 'ollama', version: 'newest' },
    ...rest,
    server: { port, environment: { STAND_IN_ANSWERS: answers, ...environment }, ...rest.server },
  })
}

async function answers(): Promise<string[]> {
  return (await rigup.journal()).flatMap((event) =>
    event.type === 'launch' && event.event.type === 'generated' ? [event.event.text] : [],
  )
}

describe('Ollama, by its stand-in', () => {
  test('takes the proof model by its Modelfile, answers, replays, and its script does the same', async () => {
    await install()
    expect(await rigup.run('apply', await wanted(), '--yes')).toMatchObject({ code: 0 })
    expect(await answers()).toEqual(prompts.map(({ expected }) => expected))
    expect((await rigup.saved('stand-in')).engine).toMatchObject({ version: '0.33.0', build: 'installed' })
    expect(await rigup.run('apply', rigup.savedPath('stand-in'), '--yes')).toMatchObject({ code: 0 })
    const script = await rigup.run('export', rigup.savedPath('stand-in'), '--to', 'sh')
    await rm(join(rigup.home, 'data'), { recursive: true })
    expect((await rigup.script(script.stdout)).stderr).toContain('All done.')
    // The proof model lies beside the recipe, not among the operator's own.
    expect(await rigup.run('undo', '--yes')).toMatchObject({ code: 0 })
  })

  test('tells how far a pull is', async () => {
    await install()
    const model = { source: 'ollama', id: 'qwen3:8b' } as const
    const given = await wanted({ model, server: { proof: false }, install: { modelCache: join(folder, 'models') } }, {})
    expect(await rigup.run('apply', given, '--yes')).toMatchObject({ code: 0 })
    const told = (await rigup.journal()).flatMap((event) => (event.type === 'action-progress' ? [event] : []))
    expect(told).toContainEqual(
      expect.objectContaining({ action: 'launch', text: 'pulling 8eeb52dfb3bb', totalBytes: 4_700_000_000 }),
    )
    expect(await readdir(join(folder, 'models/manifests'))).toEqual(['qwen3%3A8b'])
  })

  test('a model that the library does not have is said in its own words', async () => {
    await install()
    const model = { source: 'ollama', id: 'no-such:1b' } as const
    const said = await rigup.run('apply', await wanted({ model, server: { proof: false } }), '--yes')
    expect(said.code).toBe(1)
    expect(said.stderr).toMatch(/ollama pull failed\.\n.*file does not exist/)
  })

  describe('that is not installed', () => {
    const file = 'ollama-linux-amd64.tar.zst'
    let mirror: Server
    afterEach(() => {
      mirror.close()
    })

    test('is unpacked from the archive of a mirror, without zstd on this machine', async () => {
      const packed = join(folder, 'packed')
      await mkdir(join(packed, 'bin'), { recursive: true })
      await copyFile(standIn, join(packed, 'bin/ollama'))
      await promisify(execFile)('tar', ['-C', packed, '-cf', join(folder, 'ollama.tar'), './bin'])
      const archive = zstdCompressSync(await readFile(join(folder, 'ollama.tar')))
      const asked: (string | undefined)[] = []
      mirror = createServer((request, response) => {
        asked.push(request.url)
        response.end(archive)
      })
      await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve))
      const sha256 = createHash('sha256').update(archive).digest('hex')
      const given = await wanted({
        engine: { route: 'ollama', version: '0.33.0', archives: [{ file, sha256 }] },
        packages: { releases: `http://127.0.0.1:${(mirror.address() as AddressInfo).port}` },
      })
      // A zstd that fails: what is here must not be needed.
      await mkdir(join(folder, 'bin'))
      await writeFile(join(folder, 'bin/zstd'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
      expect(await rigup.run('apply', given, '--yes')).toMatchObject({ code: 0 })
      expect(asked).toEqual([`/ollama/ollama/releases/download/v0.33.0/${file}`])
      expect(await answers()).toEqual(prompts.map(({ expected }) => expected))
      expect(await rigup.run('undo', '--yes')).toMatchObject({ code: 0 })
      expect(await readdir(join(rigup.home, 'data/rigup/engines'))).toEqual([])
    })
  })
})

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listProcesses } from '#src/launch/processes.ts'
import { proofModel } from '#src/launch/proof-model.ts'
import type { RecipeInput } from '#src/recipe/schema/recipe.ts'
import { freePort } from '#test/launch/support/launch.ts'
import { CuttingProxy, hasContainers, TestRegistry } from './support/registry.ts'
import { Rigup } from './support/rigup.ts'

const execute = promisify(execFile)
/** They need root's daemon and half a minute each: only where they are asked for. */
const isAsked = process.env['RIGUP_TEST_CONTAINERS'] !== undefined
const isPossible = isAsked && (await hasContainers())
if (!isAsked) console.log('Containers are not tested: RIGUP_TEST_CONTAINERS is not set')
else if (!isPossible) console.log('Containers are not tested: docker does not answer, or docker-registry is missing')

const { prompts } = await proofModel()

describe.skipIf(!isPossible)('an engine in a container', () => {
  let registry: TestRegistry
  let rigup: Rigup
  let port = 0

  beforeAll(async () => {
    registry = await TestRegistry.start()
  })
  afterAll(() => registry?.close())
  beforeEach(async () => {
    rigup = await Rigup.start()
    port = await freePort()
  })
  afterEach(async () => {
    await rigup.run('stop')
    await docker('rm', '--force', 'rigup-boxed')
    await docker('image', 'rm', '--force', `${registry.image().replace(/:1$/, '')}@${registry.digest}`)
    await rigup.close()
  })

  /** What docker prints; it may fail. */
  async function docker(...argv: string[]): Promise<string> {
    return (await execute('docker', argv).catch(() => ({ stdout: '' }))).stdout.trim()
  }

  async function boxed(
    rest: { image?: string; digest?: string; server?: RecipeInput['server'] } = {},
  ): Promise<string> {
    return rigup.recipe({
      rigup: 1,
      name: 'boxed',
      model: { source: 'proof', id: 'proof' },
      engine: {
        route: 'vllm-cpu-image',
        version: '0.32.0',
        image: rest.image ?? registry.image(),
        digest: rest.digest ?? registry.digest,
      },
      server: { port, ...rest.server },
    })
  }

  /** Containers of the test's name, running or not. */
  const containers = () => docker('ps', '--all', '--quiet', '--filter', 'name=rigup-boxed')
  const imageThere = async () => (await docker('image', 'ls', '--quiet', registry.image().replace(/:1$/, ''))) !== ''

  async function progress(): Promise<{ doneBytes?: number | undefined; totalBytes?: number | undefined }[]> {
    return (await rigup.journal()).flatMap((event) =>
      event.type === 'action-progress' && event.action === 'image' ? [event] : [],
    )
  }

  test('is pulled by its digest with real sizes, proved, saved, replayed and taken back', async () => {
    expect(await rigup.run('apply', await boxed(), '--yes')).toMatchObject({ code: 0 })
    const told = await progress()
    expect(told.some(({ totalBytes }) => (totalBytes ?? 0) > 36 * 1024 * 1024)).toBe(true)
    const answers = (await rigup.journal()).flatMap((event) =>
      event.type === 'launch' && event.event.type === 'generated' ? [event.event.text] : [],
    )
    expect(answers).toEqual(prompts.map(({ expected }) => expected))
    expect(await containers()).toBe('')
    expect((await rigup.saved('boxed')).engine.digest).toBe(registry.digest)

    const again = await rigup.run('apply', rigup.savedPath('boxed'), '--yes')
    expect(again.stderr).toMatch(/finished: 4 of 4/)

    expect(await rigup.run('undo', '--yes')).toMatchObject({ code: 0 })
    expect(await imageThere()).toBe(false)
    expect((await rigup.execute(['find', join(rigup.home, 'data'), '-type', 'f'])).stdout).toBe('')
  })

  test('stays where it was there before rigup came', async () => {
    const reference = `${registry.image().replace(/:1$/, '')}@${registry.digest}`
    await execute('docker', ['pull', reference])
    expect(await rigup.run('apply', await boxed(), '--yes')).toMatchObject({ code: 0 })
    expect(await rigup.run('undo', '--yes')).toMatchObject({ code: 0 })
    expect(await imageThere()).toBe(true)
  })

  test('the exported script does the same without rigup', async () => {
    const script = await rigup.run('export', await boxed(), '--to', 'sh')
    const ran = await rigup.script(script.stdout)
    expect(ran.stderr).toContain('All done.')
    for (const { expected } of prompts) expect(ran.stderr).toContain(expected)
    expect(await containers()).toBe('')
  })

  test('a tag is saved with the digest that it had', async () => {
    const given = await rigup.recipe({
      rigup: 1,
      name: 'boxed',
      model: { source: 'proof', id: 'proof' },
      engine: { route: 'vllm-cpu-image', version: '0.32.0', image: registry.image() },
      server: { port },
    })
    expect(await rigup.run('apply', given, '--yes')).toMatchObject({ code: 0 })
    expect((await rigup.saved('boxed')).engine).toMatchObject({ image: registry.image(), digest: registry.digest })
    await docker('image', 'rm', '--force', registry.image())
  })

  test('a cut line is gone on with', async () => {
    const proxy = await CuttingProxy.before(registry.port)
    try {
      proxy.cutAfter(20 * 1024 * 1024)
      const applied = rigup.run('apply', await boxed({ image: registry.image(proxy.port) }), '--yes')
      await expect.poll(async () => (await progress().catch(() => [])).some(({ doneBytes = 0 }) => doneBytes > 1e6), {
        timeout: 60_000,
      })
      setTimeout(() => proxy.mend(), 4000)
      expect(await applied).toMatchObject({ code: 0 })
    } finally {
      proxy.close()
      await docker('image', 'rm', '--force', `${registry.image(proxy.port).replace(/:1$/, '')}@${registry.digest}`)
    }
  })

  test.each([
    ['another digest', () => boxed({ digest: `sha256:${'0'.repeat(64)}` }), {}, /There is no image .*@sha256:0000/],
    ['no registry', () => boxed({ image: '127.0.0.1:1/test/vllm:1' }), {}, /127\.0\.0\.1:1 cannot be reached/],
    [
      'no daemon',
      () => boxed(),
      { DOCKER_HOST: 'unix:///nonexistent/docker.sock' },
      /The docker daemon does not answer/,
    ],
  ])('%s is said in a sentence', async (_, recipe, environment, said) => {
    const own = await Rigup.start({ ...rigup.environment, ...environment })
    const { code, stderr } = await own.run('apply', await recipe(), '--yes')
    expect(code).not.toBe(0)
    expect(stderr).toMatch(said)
    await own.close()
  })

  test('is left running where that is wanted; a second start does not take its place; rigup stop ends it', async () => {
    const given = await boxed({ server: { port, afterTest: 'keep', apiKey: 'file' } })
    expect(await rigup.run('apply', given, '--yes')).toMatchObject({ code: 0 })
    expect(await containers()).not.toBe('')
    expect((await fetch(`http://127.0.0.1:${port}/v1/models`)).status).toBe(401)
    expect((await rigup.run('status')).stdout).toContain(`Serving rigup-proof at http://127.0.0.1:${port}/v1`)
    const second = await rigup.run('apply', await boxed({ server: { port: await freePort() } }), '--yes')
    expect(second.stderr).toMatch(/runs already, in the container rigup-boxed/)
    expect(await rigup.run('stop')).toMatchObject({ code: 0 })
    expect(await containers()).toBe('')
  })

  test('ends when its run is stopped', async () => {
    const given = await boxed({ server: { port, environment: { STAND_IN_START: '600000' } } })
    const applied = rigup.run('apply', given, '--yes')
    await expect.poll(containers, { timeout: 120_000 }).not.toBe('')
    expect(await rigup.run('stop')).toMatchObject({ code: 0 })
    expect((await applied).code).toBe(130)
    expect(await containers()).toBe('')
  })

  test('that a killed run left behind is found: rigup stop ends it, and the next start takes its place', async () => {
    const given = await boxed({ server: { port, environment: { STAND_IN_START: '20000' } } })
    for (const end of ['stop', 'apply'] as const) {
      void rigup.run('apply', given, '--yes')
      await expect.poll(containers, { timeout: 120_000 }).not.toBe('')
      await killWorkers(await rigup.newestRun())
      expect(await containers()).not.toBe('')
      expect((await rigup.run('status')).stdout).toContain(`at http://127.0.0.1:${port}/v1`)
      expect(await rigup.run(end, ...(end === 'apply' ? [given, '--yes'] : []))).toMatchObject({ code: 0 })
      expect(await containers()).toBe('')
    }
  })
})

/** Kills everything of a run but the container: the worker, the process of its action, and the docker command. */
async function killWorkers(run: string): Promise<void> {
  for (const { pid } of await listProcesses()) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (command.includes(run) && pid !== process.pid) process.kill(pid, 'SIGKILL')
  }
}

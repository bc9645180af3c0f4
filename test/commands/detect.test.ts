import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DetectCommand, runDetect } from '#src/commands/detect.ts'
import { type CommandIo, processIo } from '#src/commands/io.ts'
import { nvidiaXml, rig } from '#test/machine/outputs/nvidia.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rigup-detect-'))
  await writeFile(join(directory, 'nvidia-smi.xml'), nvidiaXml(rig))
})
afterAll(() => rm(directory, { recursive: true }))

/** What the command writes to stdout and stderr. */
async function run(options: Partial<DetectCommand>): Promise<{ stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const io = { ...(await processIo()), stdin: { isTTY: false }, stdout, stderr } as unknown as CommandIo
  await runDetect({ json: false, values: false, yes: false, override: [], from: directory, ...options }, io)
  stdout.end()
  stderr.end()
  return { stdout: await text(stdout), stderr: await text(stderr) }
}

it('prints the machine as data with evidence, or as bare values', async () => {
  const full = await run({ json: true })
  expect(JSON.parse(full.stdout).gpus[0].memoryTotalBytes).toMatchObject({
    value: 12288 * 1024 ** 2,
    evidence: [{ source: 'nvidia-smi.xml' }],
  })
  expect(full.stderr).toBe('')
  const { gpus, cpu } = JSON.parse((await run({ json: true, values: true, override: ['gpus[0].linkWidth=16'] })).stdout)
  expect([gpus.length, gpus[0].linkWidth, gpus[1].linkWidth, gpus[0].memoryTotalBytes, cpu.model]).toEqual([
    2,
    16,
    1,
    12288 * 1024 ** 2,
    null,
  ])
})

it('prints a row per card', async () => {
  expect((await run({})).stdout).toMatch(/GPUs {4}#0 {2}RTX 3060 {2}12\.0 GiB/)
})

it.each([
  [{ values: true }, 'usage'],
  [{ save: 'anywhere' }, 'usage'],
  [{ from: '/nowhere/at/all' }, 'input'],
] as const)('refuses %o', async (options, exit) => {
  await expect(run(options)).rejects.toMatchObject({ exit })
})

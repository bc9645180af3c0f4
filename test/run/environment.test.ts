import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { leaveEnvironment, secretsOf, takeEnvironment } from '#src/run/environment.ts'
import { createRun } from '#src/run/runs.ts'
import { startRun } from '#src/run/start-run.ts'
import { act, operator, plan, sh, temporaryFolder } from './support/runs.ts'

const secrets = {
  HF_TOKEN: 'the-hub',
  UV_INDEX_INTERNAL_PASSWORD: 'the-index',
  PIP_INDEX_URL: 'https://me:password@index.example/simple',
  HTTPS_PROXY: 'http://me:password@proxy.example:3128',
}
const foreign = {
  GITHUB_TOKEN: 'another',
  AWS_SECRET_ACCESS_KEY: 'another',
  OPENAI_API_KEY: 'another',
  DATABASE_URL: 'postgres://me:password@database.example/x',
}

async function newRun(): Promise<string> {
  return createRun({ plan: plan(act('one', [sh('true')])), recipe: '' }, join(await temporaryFolder(), 'runs'))
}

describe('the environment that a run is handed', () => {
  test('is for its owner only, holds the secrets that its tools need and no others, and is gone once it is read', async () => {
    const run = await newRun()
    const environment = operator('/home/me', { ...secrets, ...foreign, EDITOR: 'vi' })
    await leaveEnvironment(run, environment)
    const path = join(run, 'environment.json')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readFile(path, 'utf8')).not.toMatch(/another|database/)
    expect(await takeEnvironment(run)).toEqual(operator('/home/me', { ...secrets, EDITOR: 'vi' }))
    await expect(stat(path)).rejects.toThrow('ENOENT')
  })

  test('is gone also where it cannot be read', async () => {
    const run = await newRun()
    await writeFile(join(run, 'environment.json'), '{"HF_TOKEN":"the-')
    expect(await takeEnvironment(run)).toBeNull()
    expect(await readdir(run)).not.toContain('environment.json')
  })

  test('is gone where the worker does not come up', async () => {
    const run = await newRun()
    const environment = operator('/home/me', secrets)
    const command = [process.execPath, '-e', 'console.error("no such module"); process.exit(1)', '--']
    await expect(startRun(run, { command, environment, onTerminal: null })).rejects.toMatchObject({
      message: 'The run did not start.',
      why: 'no such module',
    })
    expect(await readdir(run)).not.toContain('environment.json')
  })
})

test('passwords in addresses count as secrets of the environment', () => {
  expect(secretsOf({ ...secrets, PLAIN: 'https://example.com/a@b', EDITOR: 'vi' })).toEqual([
    'the-hub',
    'the-index',
    'password',
    'password',
  ])
})

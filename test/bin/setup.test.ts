import { execFile } from 'node:child_process'
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { takeLock } from '#src/run/run-lock.ts'
import { projectRoot } from '#test/support/terminal.ts'

const run = promisify(execFile)

let folder: string
let release: () => Promise<void>
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rigup-setup-test-'))
  release = async () => undefined
})
afterEach(async () => {
  await release()
  await rm(folder, { recursive: true })
})

const goesOn = async (): Promise<void> => {
  release = await takeLock(join(folder, 'state/rigup/runs'), '/some/run')
}

type Ended = { code: number; said: string }

/** Runs functions of bin/setup.sh for a project of its own, whose npm and node write down that they were called. */
async function setup(...calls: string[]): Promise<Ended> {
  const script = `set -eu; root='${folder}'; . '${join(projectRoot, 'bin/setup.sh')}'; ${calls.join('; ')}`
  const env = {
    PATH: `${folder}/tools:/usr/bin:/bin`,
    HOME: folder,
    XDG_STATE_HOME: `${folder}/state`,
    TMPDIR: `${folder}/tmp`,
  }
  return run('sh', ['-c', script], { env }).then(
    ({ stderr }) => ({ code: 0, said: stderr }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, said: stderr }),
  )
}

async function project(): Promise<void> {
  for (const name of ['tools', 'tmp', 'src', 'steps', 'dist', 'node_modules', 'scripts/lint']) {
    await mkdir(join(folder, name), { recursive: true })
  }
  for (const name of ['package-lock.json', 'scripts/build.mjs', 'dist/rigup.js', 'src/newer.ts']) {
    await writeFile(join(folder, name), '')
  }
  await utimes(join(folder, 'dist/rigup.js'), 0, 0)
  await writeFile(join(folder, 'node_modules/.rigup-setup'), 'run of-before')
  for (const tool of ['npm', 'node']) {
    await writeFile(join(folder, 'tools', tool), `#!/bin/sh\necho "${tool} $*" >>'${folder}/called'\n`)
    await chmod(join(folder, 'tools', tool), 0o755)
  }
}

const called = (): Promise<string> => readFile(join(folder, 'called'), 'utf8').catch(() => '')

describe('what is newer than what is installed', () => {
  beforeEach(project)

  test('is installed and built before the program starts', async () => {
    expect((await setup('install_packages run', 'build_if_needed')).code).toBe(0)
    expect(await called()).toMatch(/^npm ci --omit=dev.*\nnode scripts\/build.mjs\n$/)
    expect(await readdir(join(folder, 'tmp'))).toEqual([])
  })

  test('waits while a run goes on, which needs what is there', async () => {
    await goesOn()
    const { code, said } = await setup('install_packages run', 'build_if_needed')
    expect([code, await called()]).toEqual([0, ''])
    expect(said).toMatch(/a run goes on; packages .*\n.*a run goes on; what is newer is built/)
  })

  test('keeps the tests from being run meanwhile', async () => {
    await goesOn()
    const { code, said } = await setup('install_packages test')
    expect([code, await called()]).toEqual([70, ''])
    expect(said).toContain('rigup stop')
  })

  test('does not wait for a run whose process is gone', async () => {
    await goesOn()
    const lock = join(folder, 'state/rigup/runs/lock')
    await writeFile(lock, (await readFile(lock, 'utf8')).replace(/"startTime":"\d+"/, '"startTime":"1"'))
    await setup('install_packages run')
    expect(await called()).toContain('npm ci')
  })

  test('is installed by an npm whose output nobody can lead elsewhere', async () => {
    await writeFile(join(folder, 'precious'), 'kept')
    await writeFile(join(folder, 'tools/npm'), '#!/bin/sh\necho no network >&2; exit 1\n')
    // The shell's own number: what would be in a name that can be foretold.
    const { said } = await setup(`ln -s '${folder}/precious' "$TMPDIR/rigup-setup-$$.log"`, 'install_packages run')
    expect(said).toMatch(/no network[\s\S]*whole output: .*\/tmp\/rigup-setup-\w+\)/)
    expect(await readFile(join(folder, 'precious'), 'utf8')).toBe('kept')
  })
})

describe('a build', () => {
  const target = (): string => join(folder, 'dist')
  const build = () => run(process.execPath, [join(projectRoot, 'scripts/build.mjs'), target()])

  test('leaves the parts of the one before to a program that runs from it, and takes older ones away', async () => {
    await mkdir(target())
    for (const name of ['chunk-BEFORE.js', 'chunk-OLDER.js']) await writeFile(join(target(), name), '')
    await writeFile(join(target(), '.parts'), 'rigup.js\nchunk-BEFORE.js')
    await symlink(join(projectRoot, 'node_modules'), join(folder, 'node_modules'))
    await build()
    await access(join(target(), 'chunk-BEFORE.js'))
    await expect(access(join(target(), 'chunk-OLDER.js'))).rejects.toThrow('ENOENT')
    expect((await run(process.execPath, [join(target(), 'rigup.js'), '--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    await build()
    await expect(access(join(target(), 'chunk-BEFORE.js'))).rejects.toThrow('ENOENT')
    expect((await readdir(folder)).toSorted()).toEqual(['dist', 'node_modules'])
  })
})

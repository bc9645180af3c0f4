import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'
import { beforeEach, describe, expect, test } from 'vitest'
import { extract } from '#src/run/executors/extract.ts'
import { copy, makeDirectory, makeKey, write } from '#src/run/executors/files.ts'
import { addLine, removeLine } from '#src/run/executors/lines.ts'
import { remove } from '#src/run/executors/remove.ts'
import { run } from '#src/run/executors/run.ts'
import { unpack } from '#src/run/executors/unpack.ts'
import { type Recorded, recorded } from './support/context.ts'
import { temporaryFolder } from './support/runs.ts'

let folder: string
let context: Recorded
beforeEach(async () => {
  folder = await temporaryFolder()
  context = recorded(folder)
})

describe('make-key', () => {
  test('makes a key that only its owner can read, keeps one that is there, and tells neither', async () => {
    const path = join(folder, 'engine', 'api-key')
    await makeKey({ kind: 'make-key', path }, context)
    const key = await readFile(path, 'utf8')
    expect(key).toMatch(/^[\w-]{43}$/)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    await makeKey({ kind: 'make-key', path }, context)
    expect(await readFile(path, 'utf8')).toBe(key)
    expect(context.said()).not.toContain(key)
  })

  test('makes one where a power cut has left an empty file', async () => {
    const path = join(folder, 'api-key')
    await writeFile(path, '', { mode: 0o644 })
    await makeKey({ kind: 'make-key', path }, context)
    expect(await readFile(path, 'utf8')).toMatch(/^[\w-]{43}$/)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })
})

describe('unpack', () => {
  const pack = async (content: Buffer): Promise<Buffer> => {
    await mkdir(join(folder, 'release-1'))
    await writeFile(join(folder, 'release-1', 'program'), content)
    await run({ kind: 'run', argv: ['tar', '-C', folder, '-cf', join(folder, 'x.tar'), 'release-1'] }, context)
    return readFile(join(folder, 'x.tar'))
  }

  test.each([
    ['x.tar.gz', gzipSync],
    ['x.tar.zst', zstdCompressSync],
  ])('%s, whatever pads its end', async (name, compress) => {
    const content = randomBytes(300_000)
    // So much behind the end that tar is gone before it has been read.
    const tar = Buffer.concat([await pack(content), Buffer.alloc(40 * 1024 * 1024)])
    await writeFile(join(folder, name), compress(tar))
    await mkdir(join(folder, 'to'))
    await unpack({ kind: 'unpack', archive: join(folder, name), directory: join(folder, 'to'), strip: 1 }, context)
    expect((await readFile(join(folder, 'to', 'program'))).equals(content)).toBe(true)
    expect(context.updates.at(0)).toMatchObject({ text: 'unpacking', totalBytes: expect.any(Number) })
  })

  test('says that it cannot, where the archive is cut off', async () => {
    const whole = gzipSync(await pack(randomBytes(300_000)))
    await writeFile(join(folder, 'cut.tar.gz'), whole.subarray(0, 200_000))
    await mkdir(join(folder, 'to'))
    const operation = { kind: 'unpack' as const, archive: join(folder, 'cut.tar.gz'), directory: join(folder, 'to') }
    await expect(unpack(operation, context)).rejects.toThrow(/could not be unpacked/)
  })
})

describe('write', () => {
  test('replaces the file, keeps its mode, leaves nothing beside it', async () => {
    const path = join(folder, 'deep', 'file')
    await write({ kind: 'write', path, content: 'one', mode: 0o600 }, context)
    await write({ kind: 'write', path, content: 'two' }, context)
    expect(await readFile(path, 'utf8')).toBe('two')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(folder, 'deep'))).toEqual(['file'])
  })

  test('goes through a symbolic link', async () => {
    await writeFile(join(folder, 'real'), 'one')
    await symlink('real', join(folder, 'link'))
    await write({ kind: 'write', path: join(folder, 'link'), content: 'two' }, context)
    expect(await readFile(join(folder, 'real'), 'utf8')).toBe('two')
    expect((await lstat(join(folder, 'link'))).isSymbolicLink()).toBe(true)
  })

  test('says why it cannot', async () => {
    await writeFile(join(folder, 'file'), '')
    const path = join(folder, 'file', 'below')
    await expect(write({ kind: 'write', path, content: '' }, context)).rejects.toMatchObject({
      name: 'Problem',
      message: `${path} could not be written.`,
      exit: 'machine',
    })
  })
})

describe('lines', () => {
  const line = '/swap none swap sw 0 0'

  test.each([
    ['an empty file', '', `${line}\n`],
    ['a file', '# fstab\n', `# fstab\n${line}\n`],
    ['a file without a last line end', '# fstab', `# fstab\n${line}\n`],
    ['a file that has it', `${line}\nother\n`, `${line}\nother\n`],
  ])('are added to %s', async (_, before, after) => {
    const path = join(folder, 'fstab')
    await writeFile(path, before, { mode: 0o640 })
    await addLine({ kind: 'add-line', path, line }, context)
    await addLine({ kind: 'add-line', path, line }, context)
    expect(await readFile(path, 'utf8')).toBe(after)
    expect((await stat(path)).mode & 0o777).toBe(0o640)
  })

  test('are not added where the new file is not accepted', async () => {
    const path = join(folder, 'fstab')
    await writeFile(path, 'before\n')
    const verify = ['sh', '-c', 'grep -q swap "$0" && echo "it is wrong" >&2; exit 1', '{file}']
    await expect(addLine({ kind: 'add-line', path, line, verify }, context)).rejects.toMatchObject({
      message: `The new ${path} was not accepted, so the old one stays.`,
      why: expect.stringContaining('it is wrong'),
    })
    expect(await readFile(path, 'utf8')).toBe('before\n')
    expect(await readdir(folder)).toEqual(['fstab'])
  })

  test('are taken out, and nothing else', async () => {
    const path = join(folder, 'fstab')
    await writeFile(path, `a\n${line}\n${line} # other\n\nb\n`)
    await removeLine({ kind: 'remove-line', path, line }, context)
    expect(await readFile(path, 'utf8')).toBe(`a\n${line} # other\n\nb\n`)
  })
})

describe('remove', () => {
  test('takes files, links, empty folders, and folders that rigup made', async () => {
    await writeFile(join(folder, 'file'), '')
    await symlink('/etc', join(folder, 'link'))
    await mkdir(join(folder, 'empty'))
    await makeDirectory({ kind: 'make-directory', path: join(folder, 'made') }, context)
    await writeFile(join(folder, 'made', 'inside'), '')
    for (const name of ['file', 'link', 'empty', 'made', 'not-there']) {
      await remove({ kind: 'remove', path: join(folder, name) }, context)
    }
    expect(await readdir(folder)).toEqual([])
    await stat('/etc/passwd')
  })

  test('leaves a folder that was there before, even when rigup put something into it', async () => {
    const theirs = join(folder, 'theirs')
    await mkdir(theirs)
    await writeFile(join(theirs, 'photo'), '')
    await makeDirectory({ kind: 'make-directory', path: theirs }, context)
    await copy({ kind: 'copy', from: theirs, to: theirs.replace('theirs', 'copy') }, context)
    await expect(remove({ kind: 'remove', path: theirs }, context)).rejects.toMatchObject({
      message: `The folder ${theirs} stays.`,
    })
    await stat(join(theirs, 'photo'))
    await remove({ kind: 'remove', path: join(folder, 'copy') }, context)
    expect(await readdir(folder)).toEqual(['theirs'])
  })

  test.each(['/', '', 'relative/path', '/etc', '/home/../etc', homedir(), '/usr/'])('refuses "%s"', async (path) => {
    await expect(remove({ kind: 'remove', path }, context)).rejects.toMatchObject({ exit: 'input' })
  })

  test('refuses the home folder of the environment and what holds it', async () => {
    const inHome = recorded(join(folder, 'home', 'me'))
    await mkdir(join(folder, 'home', 'me'), { recursive: true })
    for (const path of [join(folder, 'home'), join(folder, 'home', 'me')]) {
      await expect(remove({ kind: 'remove', path }, inHome)).rejects.toMatchObject({ exit: 'input' })
    }
  })
})

describe('extract', () => {
  test('takes one member out', async () => {
    const archive = join(folder, 'tool.whl')
    await writeFile(archive, zipSync({ 'data/uv': strToU8('binary'), '../evil': strToU8('no') }))
    const path = join(folder, 'bin', 'uv')
    await extract({ kind: 'extract', archive, member: 'data/uv', path, mode: 0o755 }, context)
    expect(await readFile(path, 'utf8')).toBe('binary')
    expect((await stat(path)).mode & 0o777).toBe(0o755)
    const missing = extract({ kind: 'extract', archive, member: 'data/uvx', path }, context)
    await expect(missing).rejects.toMatchObject({ message: `${archive} has no file data/uvx.` })
    await writeFile(archive, 'no zip')
    const broken = extract({ kind: 'extract', archive, member: 'data/uv', path }, context)
    await expect(broken).rejects.toMatchObject({ message: `${archive} is not a whole zip archive.` })
  })
})

describe('run', () => {
  test('gives a program its environment and no input, and logs what it says', async () => {
    await run(
      { kind: 'run', argv: ['sh', '-c', 'cat; echo "$A in $PWD"'], environment: { A: 'b' }, directory: folder },
      context,
    )
    expect(context.said()).toContain(`b in ${folder}\n`)
  })

  test.each([
    [['no-such-program-here'], { message: 'no-such-program-here is not installed here.', exit: 'machine' }],
    [
      ['sh', '-c', 'echo fine; echo "E: no space left"; echo trailing; exit 4'],
      { message: 'sh failed with exit code 4.', why: 'E: no space left' },
    ],
    [['sh', '-c', 'kill -KILL $$'], { message: 'sh was ended from outside (SIGKILL).' }],
  ])('%j fails with a reason', async (argv, problem) => {
    await expect(run({ kind: 'run', argv }, context)).rejects.toMatchObject({ ...problem, log: context.logFile })
  })

  test('goes on without what may fail and without what is not needed, and says so', async () => {
    const out = join(folder, 'out')
    const append = (word: string) => ({ kind: 'run' as const, argv: ['sh', '-c', `echo ${word} >> ${out}; exit 1`] })
    await run({ ...append('allowed'), allowFailure: true }, context)
    await run({ kind: 'run', argv: ['not-there-at-all'], allowFailure: true }, context)
    const isThere = { kind: 'path-exists' as const, path: out }
    await run({ ...append('needed'), onlyIf: isThere, allowFailure: true }, context)
    await run({ ...append('not-needed'), onlyIf: { ...isThere, path: join(folder, 'not') } }, context)
    expect(await readFile(out, 'utf8')).toBe('allowed\nneeded\n')
    expect(context.said()).toContain('sh failed with exit code 1. It goes on without.')
    expect(context.said()).toContain('not-there-at-all is not installed here. It goes on without.')
    expect(context.said()).toMatch(/not needed: sh -c .*not exists: no/)
    await expect(run({ ...append('x'), onlyIf: isThere }, context)).rejects.toThrow('exit code 1')
  })

  test('is stopped also where it may fail', async () => {
    const stop = new AbortController()
    const stopped = run(
      { kind: 'run', argv: ['sleep', '60'], allowFailure: true },
      { ...context, signal: stop.signal, log: () => stop.abort(new Error('stopped')) },
    )
    await expect(stopped).rejects.toThrow('stopped')
  })

  test('ends a program that takes too long, with its children', async () => {
    const argv = ['sh', '-c', `sleep 60 & echo $! > ${folder}/pid; wait`]
    await expect(run({ kind: 'run', argv, timeoutSeconds: 0.5 }, context)).rejects.toMatchObject({
      message: 'sh was ended because it took longer than 0.5 s.',
    })
    const child = (await readFile(join(folder, 'pid'), 'utf8')).trim()
    await expect(readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')).resolves.toBe('')
  })

  test('does not wait for a daemon that keeps its output open', async () => {
    await run({ kind: 'run', argv: ['sh', '-c', 'setsid sleep 8 & exit 0'] }, context)
  }, 6000)
})

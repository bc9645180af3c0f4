import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeFolder } from '#src/core/make-folder.ts'

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rigup-folder-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test('makes a folder and those above it with the mode, and says whether it was new', async () => {
  const base = await temporaryFolder()
  expect(await makeFolder(join(base, 'a b', 'ü', 'c'), 0o700)).toBe(true)
  expect((await stat(join(base, 'a b'))).mode & 0o777).toBe(0o700)
  expect(await makeFolder(join(base, 'a b', 'ü', 'c'))).toBe(false)
  expect(await makeFolder('/')).toBe(false)
})

test('several at once make the same folder', async () => {
  const path = join(await temporaryFolder(), 'a', 'b', 'c')
  await Promise.all(Array.from({ length: 8 }, () => makeFolder(path)))
  expect((await stat(path)).isDirectory()).toBe(true)
})

test('a link to a folder counts as one', async () => {
  const base = await temporaryFolder()
  await makeFolder(join(base, 'real'))
  await symlink('real', join(base, 'link'))
  expect(await makeFolder(join(base, 'link'))).toBe(false)
})

test.each([
  ['a file of that name', 'file', 'EEXIST'],
  ['a file above it', 'file/below', 'ENOTDIR'],
])('%s is the system’s error', async (_case, path, code) => {
  const base = await temporaryFolder()
  await writeFile(join(base, 'file'), '')
  await expect(makeFolder(join(base, path))).rejects.toMatchObject({ code })
})

test('comes to an end where the file system takes no folders', async () => {
  await expect(makeFolder('/proc/rigup/engines')).rejects.toMatchObject({
    exit: 'machine',
    message: 'The folder /proc/rigup cannot be made.',
  })
})

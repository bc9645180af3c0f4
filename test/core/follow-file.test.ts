import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { followFile } from '#src/core/follow-file.ts'

let directory: string
let path: string
let stop: AbortController

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rigup-follow-'))
  path = join(directory, 'engine.log')
  stop = new AbortController()
})
afterEach(async () => {
  stop.abort()
  await rm(directory, { recursive: true })
})

/** Follows the file; `until` resolves once everything that came ends with a text, and gives all of it. */
function following(from?: number) {
  let text = ''
  let check = () => {}
  const ended = (async () => {
    const options = { signal: stop.signal, ...(from === undefined ? {} : { from }) }
    for await (const chunk of followFile(path, options)) {
      text += Buffer.from(chunk).toString('latin1')
      check()
    }
  })()
  const until = (end: string) =>
    new Promise<string>((resolve, reject) => {
      check = () => text.endsWith(end) && resolve(text)
      check()
      ended.then(() => reject(new Error(`ended after ${JSON.stringify(text)}`)), reject)
    })
  return { until, ended }
}

test('gives what is there and what comes, in whatever pieces it comes', async () => {
  await writeFile(path, 'one\ntw')
  const { until } = following()
  await until('tw')
  await appendFile(path, 'o\n')
  expect(await until('two\n')).toBe('one\ntwo\n')
})

test('gives a large file whole', async () => {
  const text = 'x'.repeat(300_000)
  await writeFile(path, `${text}end`)
  expect(await following().until('end')).toBe(`${text}end`)
})

test.each([
  [4, 'two\n'],
  [-2, 'o\n'],
  [-99, 'one\ntwo\n'],
])('begins at byte %i', async (from, text) => {
  await writeFile(path, 'one\ntwo\n')
  expect(await following(from).until('o\n')).toBe(text)
})

test('waits for a file that is not there yet', async () => {
  const { until } = following()
  await writeFile(path, 'late\n')
  expect(await until('late\n')).toBe('late\n')
})

test('begins again where the file was made shorter', async () => {
  await writeFile(path, 'a long first line\n')
  const { until } = following()
  await until('first line\n')
  await truncate(path)
  await appendFile(path, 'new\n')
  expect(await until('new\n')).toBe('a long first line\nnew\n')
})

test('reads a file that was replaced to its end, and then the new one', async () => {
  await writeFile(path, 'old\n')
  const { until } = following()
  await until('old\n')
  await appendFile(path, 'last words\n')
  await rename(path, `${path}.1`)
  await writeFile(path, 'new\n')
  expect(await until('new\n')).toBe('old\nlast words\nnew\n')
})

test('ends when it is aborted, also while it waits', async () => {
  const { ended } = following()
  stop.abort()
  await expect(ended).resolves.toBeUndefined()
})

test('fails on what is no file', async () => {
  path = directory
  await expect(following().ended).rejects.toMatchObject({ code: 'EISDIR' })
})

import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { refuseUnwritable } from '#src/services/refuse-unwritable.ts'
import { temporaryFolder } from '../run/support/runs.ts'

async function folders() {
  const base = await temporaryFolder()
  await writeFile(join(base, 'file'), '')
  await mkdir(join(base, 'there'))
  return {
    base,
    state: join(base, 'there/rigup'),
    data: join(base, 'new/share/rigup'),
    recipes: join(base, 'new/config/rigup/recipes'),
  }
}

test('folders that are there or can be made are nothing to speak of, and none is made', async () => {
  const { base, ...given } = await folders()
  await refuseUnwritable(given)
  expect((await readdir(base)).sort()).toEqual(['file', 'there'])
})

test.each([
  ['state', 'XDG_STATE_HOME', /^The run cannot/],
  ['data', 'XDG_DATA_HOME', /^The engine cannot/],
  ['recipes', 'XDG_CONFIG_HOME', /^The recipe cannot/],
])('a folder for %s that cannot be made is told before anything is begun, with %s', async (name, variable, what) => {
  const { base, ...given } = await folders()
  await expect(refuseUnwritable({ ...given, [name]: join(base, 'file/rigup') })).rejects.toMatchObject({
    exit: 'machine',
    message: expect.stringMatching(what),
    why: 'A part of the path is a file.',
    next: expect.stringContaining(variable),
  })
})

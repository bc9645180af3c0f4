import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { runtimeDirectory } from '#src/launch/user-manager.ts'

test.each([
  ['is given where the environment lost it', {}, tmpdir(), { XDG_RUNTIME_DIR: tmpdir() }],
  ['stays what the environment says', { XDG_RUNTIME_DIR: '/run/user/7' }, tmpdir(), {}],
  ['is not made up', {}, '/run/user/nobody', {}],
])('the folder of the user manager %s', async (_, operator, folder, expected) => {
  expect(await runtimeDirectory(operator, folder)).toEqual(expected)
})

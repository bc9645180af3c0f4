import { userInfo } from 'node:os'
import { expect, test } from 'vitest'
import { directoriesOf } from '#src/core/directories.ts'

const ofSystem = userInfo().homedir

test.each([
  ['HOME', { HOME: '/home/anna' }, '/home/anna/.local/share/rigup'],
  ['an XDG directory', { HOME: '/home/anna', XDG_DATA_HOME: '/srv/my data' }, '/srv/my data/rigup'],
  [
    'a relative XDG directory, which counts for nothing',
    { HOME: '/home/anna', XDG_DATA_HOME: 'x' },
    '/home/anna/.local/share/rigup',
  ],
  ['no HOME', {}, `${ofSystem}/.local/share/rigup`],
  ['an empty HOME', { HOME: '' }, `${ofSystem}/.local/share/rigup`],
  ['a relative HOME', { HOME: 'anna' }, `${ofSystem}/.local/share/rigup`],
])('where engines are kept: %s', (_case, environment, data) => {
  expect(directoriesOf(environment).data).toBe(data)
})

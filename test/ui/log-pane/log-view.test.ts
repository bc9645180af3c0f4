import { expect, test } from 'vitest'
import { initialLogView, type LogAction, type LogView, reduceLogView, topOf } from '#src/ui/log-pane/log-view.ts'

const extent = { first: 0, end: 100, height: 10 }

test.each<[string, Partial<LogView>, LogAction, Partial<LogView>]>([
  ['up stops following', {}, { type: 'scroll', lines: -1, extent }, { follow: false, top: 89 }],
  [
    'up stops at the start',
    { follow: false, top: 0 },
    { type: 'scroll', lines: -1, extent },
    { follow: false, top: 0 },
  ],
  ['down to the end follows again', { follow: false, top: 89 }, { type: 'scroll', lines: 1, extent }, { follow: true }],
  ['down at the end keeps following', {}, { type: 'scroll', lines: 1, extent }, { follow: true }],
  ['a page back', {}, { type: 'page', pages: -1, extent }, { follow: false, top: 81 }],
  ['a page on', { follow: false, top: 20 }, { type: 'page', pages: 1, extent }, { follow: false, top: 29 }],
  ['the start', {}, { type: 'first', extent }, { follow: false, top: 0 }],
  ['follow', { follow: false, top: 5, found: 7 }, { type: 'follow' }, { follow: true, found: null }],
  ['stop following where it is', {}, { type: 'toggle-follow', extent }, { follow: false, top: 90 }],
  [
    'a line that is shown gets its mark',
    {},
    { type: 'show', position: 95, extent },
    { follow: false, top: 90, found: 95 },
  ],
  [
    'another line comes to the middle',
    {},
    { type: 'show', position: 50, extent },
    { follow: false, top: 45, found: 50 },
  ],
  ['a line near the start', {}, { type: 'show', position: 2, extent }, { follow: false, top: 0, found: 2 }],
  ['a new search forgets the old place', { found: 3 }, { type: 'search', query: 'x' }, { query: 'x', found: null }],
  ['whole lines', {}, { type: 'toggle-whole' }, { whole: true, follow: true }],
])('%s', (_, before, action, after) => {
  expect(reduceLogView({ ...initialLogView, ...before }, action)).toMatchObject(after)
})

test.each([
  [{ follow: true, top: 0 }, extent, 90],
  [{ follow: false, top: 40 }, extent, 40],
  [{ follow: false, top: 95 }, extent, 90],
  [{ follow: false, top: 10 }, { first: 30, end: 100, height: 10 }, 30],
  [{ follow: true, top: 0 }, { first: 0, end: 3, height: 10 }, 0],
])('%j of %j begins at %i', (view, within, top) => {
  expect(topOf({ ...initialLogView, ...view }, within)).toBe(top)
})

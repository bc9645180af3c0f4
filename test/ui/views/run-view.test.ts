import { describe, expect, test } from 'vitest'
import { action, type Plan } from '#src/plan/plan.ts'
import type { JournalEvent, UnstampedEvent } from '#src/run/journal-event.ts'
import { plainRenderer } from '#src/ui/plain.ts'
import { headingOf } from '#src/ui/views/run-screen.tsx'
import { doneCount, newRunView, progressOf, remainingOf, runView, waitsFor } from '#src/ui/views/run-view.ts'

const plan: Plan = {
  schemaVersion: 1,
  recipe: 'cpu-proof',
  actions: [
    action({ id: 'swap', title: 'swap file 64 GiB on /', reason: '', operations: [] }),
    action({ id: 'vllm', title: 'vLLM 0.32.0', reason: '', operations: [] }),
    action({ id: 'weights', title: 'weights', reason: '', operations: [] }, { optional: true }),
    action({ id: 'proof', title: 'proof', reason: '', operations: [] }, { needs: ['vllm', 'weights'] }),
  ],
  untouched: [],
}

/** Events a second apart, or at the second that is given. */
function journal(...events: (UnstampedEvent | [number, UnstampedEvent])[]): JournalEvent[] {
  return events.map((entry, index) => {
    const [second, event] = Array.isArray(entry) ? entry : [index, entry]
    return { ...event, at: new Date(second * 1000).toISOString() }
  })
}

const started: UnstampedEvent = { type: 'run-started', pid: 7, recipe: 'cpu-proof', asRoot: false }
const begin = (id: string): UnstampedEvent => ({ type: 'action-started', action: id, log: `/run/${id}.log` })
const done = (id: string, seconds = 1): UnstampedEvent => ({ type: 'action-done', action: id, seconds })
const bytes = (id: string, doneBytes: number, totalBytes?: number): UnstampedEvent => ({
  type: 'action-progress',
  action: id,
  text: `at ${doneBytes}`,
  doneBytes,
  ...(totalBytes === undefined ? {} : { totalBytes }),
})
const failed: UnstampedEvent = {
  type: 'action-failed',
  action: 'vllm',
  seconds: 3,
  what: 'The index does not answer.',
  why: 'DNS fails.',
  next: 'Check the network.',
  exit: 'network',
}

function view(...events: Parameters<typeof journal>) {
  return runView(journal(...events), plan)
}

function stateOf(id: string, ...events: Parameters<typeof journal>) {
  return view(...events).actions.find((entry) => entry.id === id)
}

describe('a run reduced from its journal', () => {
  test.each<[string, UnstampedEvent[], string]>([
    ['waits', [started], 'waiting'],
    ['runs', [started, begin('vllm')], 'running'],
    ['is done', [started, begin('vllm'), done('vllm')], 'done'],
    ['was done before', [started, { type: 'action-found-done', action: 'vllm' }], 'found-done'],
    ['failed', [started, begin('vllm'), failed], 'failed'],
    ['was skipped', [started, { type: 'action-skipped', action: 'vllm', why: 'not needed' }], 'skipped'],
    ['was stopped', [started, begin('vllm'), { type: 'run-finished', outcome: 'stopped' }], 'stopped'],
    ['starts over', [started, begin('vllm'), failed, { type: 'run-finished', outcome: 'failed' }, started], 'waiting'],
    ['stays done', [started, begin('vllm'), done('vllm'), started], 'done'],
    ['was taken back', [started, begin('vllm'), done('vllm'), { type: 'action-undone', action: 'vllm' }], 'undone'],
  ])('an action %s', (_, events, state) => expect(stateOf('vllm', ...events)?.state).toBe(state))

  test('a failure says what, why and what next', () => {
    expect(stateOf('vllm', started, begin('vllm'), failed)?.problem).toMatchObject({
      what: 'The index does not answer.',
      why: 'DNS fails.',
      next: 'Check the network.',
    })
  })

  test('an action waits for those that it needs and that are not done', () => {
    const now = view(started, begin('vllm'), done('vllm'))
    const proof = now.actions[3]
    expect(proof && waitsFor(now, proof)).toEqual(['weights'])
    expect(doneCount(now)).toBe(1)
  })

  test('an event of an action that the plan does not have changes nothing', () => {
    expect(view(started, begin('unknown'))).toEqual(view(started))
  })
})

describe('progress', () => {
  const rateOf = (...events: [number, UnstampedEvent][]) => {
    const entry = stateOf('vllm', [0, started], [0, begin('vllm')], ...events)
    return entry && progressOf(entry)
  }

  test('has a rate once a second has passed, and a total where it is known', () => {
    expect(rateOf([1, bytes('vllm', 100, 1000)])).toEqual({ doneBytes: 100, totalBytes: 1000, bytesPerSecond: null })
    expect(rateOf([1, bytes('vllm', 100)], [3, bytes('vllm', 300)])).toEqual({
      doneBytes: 300,
      totalBytes: null,
      bytesPerSecond: 100,
    })
  })

  test('the rate is that of the last seconds', () => {
    const events = Array.from({ length: 40 }, (_, second): [number, UnstampedEvent] => [
      second,
      bytes('vllm', second < 20 ? 0 : (second - 20) * 50),
    ])
    expect(rateOf(...events)?.bytesPerSecond).toBe(50)
  })

  test('a slow download has a rate too', () => {
    expect(rateOf([1, bytes('vllm', 0)], [61, bytes('vllm', 600)])?.bytesPerSecond).toBe(10)
  })

  test('a second file begins a new rate', () => {
    expect(rateOf([1, bytes('vllm', 900)], [3, bytes('vllm', 100)], [5, bytes('vllm', 300)])?.bytesPerSecond).toBe(100)
  })

  test('words without bytes are no progress in bytes', () => {
    expect(rateOf([1, { type: 'action-progress', action: 'vllm', text: 'resolving' }])).toBeNull()
  })
})

describe('the remainder', () => {
  const rest = (...events: Parameters<typeof journal>) => remainingOf(view(...events))
  const others: UnstampedEvent[] = [started, done('swap'), done('weights'), begin('vllm'), begin('proof')]

  test('is not known while something waits', () => {
    expect(rest(started, begin('vllm'), [10, bytes('vllm', 0, 100)], [12, bytes('vllm', 50, 100)])).toBeNull()
  })

  test('is not known where a running action does not count', () => {
    expect(rest(...others, [10, bytes('vllm', 0, 100)], [12, bytes('vllm', 50, 100)])).toBeNull()
  })

  test('is that of the slowest', () => {
    const events: Parameters<typeof journal> = [
      ...others,
      [10, bytes('vllm', 0, 100)],
      [10, bytes('proof', 0, 100)],
      [12, bytes('vllm', 50, 100)],
      [12, bytes('proof', 20, 100)],
    ]
    expect(rest(...events)).toBe(8)
  })
})

test.each([
  [newRunView(plan), 0, '0 of 4 done · not begun'],
  [view(started, begin('vllm'), done('vllm')), 192_000, '1 of 4 done · 3 min 12 s · runs on without you'],
  [
    view(started, begin('vllm'), failed, [9, { type: 'run-finished', outcome: 'failed' }]),
    99_000,
    '0 of 4 done · 9 s · stopped by a failure',
  ],
])('heading', (state, now, text) => expect(headingOf(state, now, '·')).toBe(text))

describe('plain lines', () => {
  function told(events: JournalEvent[], unicode = true): string[] {
    const lines: string[] = []
    const render = plainRenderer(plan, (line) => lines.push(line), { unicode })
    for (const event of events) render(event)
    return lines
  }

  test('one calm line an event', () => {
    const events = journal(started, begin('swap'), done('swap', 11.2), begin('vllm'), failed, {
      type: 'run-finished',
      outcome: 'failed',
    })
    expect(told(events)).toEqual([
      '▸ 4 actions',
      '▸ swap file 64 GiB on /',
      '✓ swap file 64 GiB on /: 11 s',
      '▸ vLLM 0.32.0',
      '✗ vLLM 0.32.0: The index does not answer.',
      '  why:  DNS fails.',
      '  next: Check the network.',
      '  log:  /run/vllm.log',
      '✗ not finished: 1 of 4 done in 5.0 s',
    ])
  })

  test('progress is told now and then', () => {
    const events = journal(
      [0, begin('vllm')],
      ...Array.from({ length: 30 }, (_, second): [number, UnstampedEvent] => [
        second,
        bytes('vllm', second * 1e6, 1e9),
      ]),
    )
    expect(told(events).filter((line) => line.includes('at '))).toEqual([
      '  vLLM 0.32.0: at 0   0.0 of 1.0 GB',
      '  vLLM 0.32.0: at 10000000   0.0 of 1.0 GB   1 MB/s   16 min 30 s',
      '  vLLM 0.32.0: at 20000000   0.0 of 1.0 GB   1 MB/s   16 min 20 s',
    ])
  })

  test('ASCII where the terminal has no more, and no escape sequences from tools', () => {
    const hostile: UnstampedEvent = { type: 'action-progress', action: 'vllm', text: '\u001b[31mred\u001b[0m' }
    expect(told(journal(started, done('swap', 2), hostile), false)).toEqual([
      '> 4 actions',
      '+ swap file 64 GiB on /: 2.0 s',
      '  vLLM 0.32.0: red',
    ])
  })
})

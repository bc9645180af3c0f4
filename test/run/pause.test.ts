import { expect, test } from 'vitest'
import type { Performer } from '#src/run/action-message.ts'
import type { UnstampedEvent } from '#src/run/journal-event.ts'
import { runState } from '#src/run/run-state.ts'
import { runPlan } from '#src/run/runner.ts'
import { act, plan } from './support/runs.ts'

const twoAndOneBeside = plan(act('first', []), act('weights', [], { beside: true }), act('second', []))

/** Runs the plan with actions that do nothing, and pauses while this one is under way. Gives the outcome and what was begun and done. */
async function pausedDuring(id: string) {
  const pause = new AbortController()
  const events: UnstampedEvent[] = []
  const perform: Performer = async (action, _, tell) => {
    tell({ type: 'started' })
    if (action.id === id) pause.abort()
    await Promise.resolve()
    tell({ type: 'done' })
  }
  const outcome = await runPlan({
    plan: twoAndOneBeside,
    journal: {
      append: async (event) => {
        events.push(event)
      },
      close: async () => undefined,
    },
    before: runState(twoAndOneBeside, []),
    perform,
    signal: new AbortController().signal,
    pause: pause.signal,
  })
  const done = events.flatMap((event) => (event.type === 'action-done' ? [event.action] : []))
  return { outcome, done }
}

test('a pause lets what runs come to its end, and begins nothing more', async () => {
  expect(await pausedDuring('first')).toEqual({ outcome: 'stopped', done: ['weights', 'first'] })
})

test('a pause during the last action changes nothing', async () => {
  expect(await pausedDuring('second')).toEqual({ outcome: 'done', done: ['weights', 'first', 'second'] })
})

import { Text } from 'ink'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { JournalEvent } from '#src/run/journal-event.ts'
import type { Session } from '#src/wizard/session.ts'
import { useRun } from '#src/wizard/use-run.ts'
import { emptyRecipe } from '#steps/answers.ts'
import { act, plan, sh } from '../run/support/runs.ts'
import { show } from '../support/component.tsx'

const at = '2026-11-20T02:00:00.000Z'
const begun: JournalEvent[] = [
  { type: 'run-started', at, pid: 7, recipe: 'x', asRoot: false },
  { type: 'action-started', at, action: 'one', log: 'logs/one.log' },
]

/** The part of a session that following a run needs: a journal that ends nowhere, and a process that is there or not. */
function sessionWith(isCutOff: () => boolean): Session {
  const part: Pick<Session, 'open' | 'follow' | 'isCutOff'> = {
    open: async (directory) => ({ directory, plan: plan(act('one', [sh('true')])), recipe: emptyRecipe('x') }),
    async *follow(_, signal) {
      yield* begun
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    },
    isCutOff: async () => isCutOff(),
  }
  return part as Session
}

function Status({ session }: { session: Session }) {
  const run = useRun(session, '/runs/1')
  return <Text>{`${run?.view.status} ${run?.view.actions[0]?.state}`}</Text>
}

beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => vi.useRealTimers())

test('a run whose process is gone is cut off, and one whose process is there goes on', async () => {
  let isGone = false
  const screen = show(<Status session={sessionWith(() => isGone)} />)
  await screen.shows('running running')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(screen.frame()).toContain('running running')
  isGone = true
  await vi.advanceTimersByTimeAsync(10_000)
  await screen.shows('interrupted stopped')
  screen.unmount()
})

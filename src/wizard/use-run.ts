import { useEffect, useRef, useState } from 'react'
import type { JournalEvent } from '../run/journal-event.ts'
import type { OpenRun } from '../run/runs.ts'
import { type LaunchView, newLaunchView, overWithRun, reduceJournal } from '../ui/views/launch-view.ts'
import { interruptedRun, newRunView, type RunView, reduceRun } from '../ui/views/run-view.ts'
import type { Session } from './session.ts'

/** A run as its journal tells it, kept up to date. */
export type RunFeed = OpenRun & {
  view: RunView
  launch: LaunchView
  /** The newest failure of an action, with what the journal says about it; null where the run goes well. */
  failed: Extract<JournalEvent, { type: 'action-failed' }> | null
  /** How often the run was begun or gone on with. */
  starts: number
}

/** Events are drawn at most this often; a journal that is read from its beginning comes all at once. */
const tickMilliseconds = 100
/** A worker that is killed writes no end, so it is looked for this often. */
const lookMilliseconds = 2000

/** Follows a run from its first event on. Null until its plan is read. */
export function useRun(session: Session, directory: string | null): RunFeed | null {
  const [feed, setFeed] = useState<RunFeed | null>(null)
  const current = useRef<RunFeed | null>(null)
  useEffect(() => {
    if (directory === null) return
    const end = new AbortController()
    let timer: NodeJS.Timeout | undefined
    const draw = () => {
      timer = undefined
      setFeed(current.current)
    }
    const follow = async () => {
      const run = await session.open(directory)
      current.current = { ...run, view: newRunView(run.plan), launch: newLaunchView, failed: null, starts: 0 }
      draw()
      for await (const event of session.follow(directory, end.signal)) {
        if (current.current) current.current = reduceFeed(current.current, event)
        timer ??= setTimeout(draw, tickMilliseconds)
      }
    }
    const look = async () => {
      const goesOn = () => ['running', 'undoing'].includes(current.current?.view.status ?? '')
      if (!goesOn() || !(await session.isCutOff(directory)) || !goesOn()) return
      if (current.current && !end.signal.aborted) current.current = cutOffFeed(current.current, Date.now())
      draw()
    }
    const looking = setInterval(() => void look().catch(() => undefined), lookMilliseconds)
    // What cannot be read any more is said by the screen that has no feed.
    follow().catch(() => end.abort())
    return () => {
      end.abort()
      clearTimeout(timer)
      clearInterval(looking)
    }
  }, [session, directory])
  return directory === null ? null : feed
}

/** A feed whose run has lost its process. Pure. */
function cutOffFeed(feed: RunFeed, at: number): RunFeed {
  return { ...feed, view: interruptedRun(feed.view, at), launch: overWithRun(feed.launch, at) }
}

/** A feed after one more event. Pure. */
function reduceFeed(feed: RunFeed, event: JournalEvent): RunFeed {
  return {
    ...feed,
    view: reduceRun(feed.view, event),
    launch: reduceJournal(feed.launch, event),
    starts: feed.starts + (event.type === 'run-started' ? 1 : 0),
    failed: event.type === 'action-failed' ? event : event.type === 'run-started' ? null : feed.failed,
  }
}

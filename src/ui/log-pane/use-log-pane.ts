import { useEffect, useReducer, useRef, useState } from 'react'
import type { LineBuffer } from './line-buffer.ts'
import { initialLogView, type LogAction, type LogView, reduceLogView } from './log-view.ts'

/** How often new lines are drawn. Keys do not wait for it. */
const tickMilliseconds = 100

/** A log pane's state: pass it to `<LogPane>`, and steer it from outside with `dispatch`. */
export type LogPaneState = {
  readonly buffer: LineBuffer
  readonly view: LogView
  readonly dispatch: (action: LogAction) => void
}

/** The state of a pane over a buffer; draws again as lines come, at most ten times a second. */
export function useLogPane(buffer: LineBuffer): LogPaneState {
  const [view, dispatch] = useReducer(reduceLogView, initialLogView)
  usePaced(buffer)
  return { buffer, view, dispatch }
}

function usePaced(buffer: LineBuffer): void {
  const [, setEnd] = useState(0)
  const drawnAt = useRef(0)
  useEffect(() => {
    let timer: NodeJS.Timeout | undefined
    const draw = () => {
      timer = undefined
      drawnAt.current = performance.now()
      setEnd((count) => count + 1)
    }
    const schedule = () => {
      timer ??= setTimeout(draw, Math.max(0, drawnAt.current + tickMilliseconds - performance.now()))
    }
    const unsubscribe = buffer.subscribe(schedule)
    schedule()
    return () => {
      unsubscribe()
      clearTimeout(timer)
    }
  }, [buffer])
}

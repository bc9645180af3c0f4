import type { OperationContext, ProgressUpdate } from '#src/run/executor.ts'
import { operator } from './runs.ts'

export type Recorded = OperationContext & { said: () => string; updates: ProgressUpdate[] }

/** The context of an operation that writes down what it is told. */
export function recorded(home: string, more: Partial<OperationContext> = {}): Recorded {
  let said = ''
  const updates: ProgressUpdate[] = []
  return {
    signal: new AbortController().signal,
    log: (chunk) => {
      said += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
    },
    progress: (update) => updates.push(update),
    emit: () => undefined,
    environment: operator(home),
    secrets: [],
    runDirectory: home,
    logFile: `${home}/log`,
    ...more,
    said: () => said,
    updates,
  }
}

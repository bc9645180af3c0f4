import { isAbsolute, join } from 'node:path'
import { useEffect, useMemo, useState } from 'react'
import { followFile } from '../core/follow-file.ts'
import { createDiagnoser, type DiagnosisContext, type Ended } from '../diagnosis/diagnose.ts'
import type { Diagnosis } from '../diagnosis/schema.ts'
import type { LogLine } from '../log/line.ts'
import { createLogReader } from '../log/reader.ts'
import { LineBuffer } from '../ui/log-pane/line-buffer.ts'

type FollowedLog = {
  /** The lines so far, for a log pane. */
  buffer: LineBuffer
  /** What the lines so far say about what went wrong, and how the process ended where that is known. */
  diagnosis: (ended?: Ended) => Diagnosis
}

/** Reads a log of a run and goes on reading as it grows. A relative path lies in the run's folder. Null: no log yet. */
export function useFollowedLog(runDirectory: string, log: string | null, context: DiagnosisContext = {}): FollowedLog {
  const [, setTail] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another log begins with an empty buffer
  const followed = useMemo(() => {
    const diagnoser = createDiagnoser(context)
    return { buffer: new LineBuffer(), diagnoser, diagnosis: (ended?: Ended) => diagnoser.diagnosis(ended) }
  }, [runDirectory, log])
  useEffect(() => {
    if (log === null) return
    const end = new AbortController()
    const reader = createLogReader()
    const take = (lines: readonly LogLine[]) => {
      followed.buffer.push(lines)
      for (const line of lines) followed.diagnoser.push(line)
    }
    const follow = async () => {
      for await (const chunk of followFile(isAbsolute(log) ? log : join(runDirectory, log), { signal: end.signal })) {
        take(reader.push(chunk))
      }
    }
    follow().catch(() => setTail((count) => count + 1))
    return () => end.abort()
  }, [runDirectory, log, followed])
  return followed
}

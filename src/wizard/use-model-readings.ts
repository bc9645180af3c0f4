import { useEffect, useState } from 'react'
import { type ModelReadings, type ModelReference, readingKey } from '#steps/model/reading.ts'
import { messageOf } from '../core/problem.ts'
import type { Session } from './session.ts'

/** What was read of models that the operator named; reads the wanted one as soon as it is named, and forgets no other. */
export function useModelReadings(session: Session, initial: ModelReadings, wanted: ModelReference | null) {
  const [readings, setReadings] = useState(initial)
  const key = wanted === null ? null : readingKey(wanted)
  const isKnown = key !== null && readings[key] !== undefined && readings[key].state !== 'reading'
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the model
  useEffect(() => {
    if (wanted === null || key === null || isKnown) return
    const abort = new AbortController()
    const keep = (reading: ModelReadings[string]) => {
      if (!abort.signal.aborted) setReadings((before) => ({ ...before, [key]: reading }))
    }
    keep({ state: 'reading' })
    session
      .readModel(wanted, abort.signal)
      .then(keep, (error: unknown) => keep({ state: 'unknown', what: messageOf(error) }))
    return () => abort.abort()
  }, [key, isKnown, session])
  /** Asks again where nobody answered before. */
  const again = () => {
    if (key === null) return
    setReadings(({ [key]: _, ...others }) => others)
  }
  return { readings, again }
}

import { formatSeconds } from '../../core/durations.ts'

/** Time that runs, in whole seconds: `8 s`, `3 min 12 s`. Tenths would only flicker. */
export function elapsed(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  return whole < 10 ? `${whole} s` : formatSeconds(whole)
}

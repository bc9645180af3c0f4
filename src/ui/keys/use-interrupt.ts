import { useEffect, useState } from 'react'
import { bind, commands } from './commands.ts'
import { useKeys } from './use-keys.ts'

/**
 * Ctrl-C twice to leave. Returns true between the first and the second, for `millisecondsToDecide`, so that the screen can say
 * what leaving means and what goes on.
 */
export function useInterrupt(onLeave: () => void, millisecondsToDecide = 3000): boolean {
  const [asked, setAsked] = useState(false)
  useEffect(() => {
    if (!asked) return
    const timer = setTimeout(() => setAsked(false), millisecondsToDecide)
    return () => clearTimeout(timer)
  }, [asked, millisecondsToDecide])
  const binding = bind(commands.interrupt, () => (asked ? onLeave() : setAsked(true)), { always: true })
  useKeys([binding], { layer: 'frame' })
  return asked
}

import { useEffect, useRef, useState } from 'react'
import { messageOf } from '#src/core/problem.ts'
import type { HardwareTools } from '#src/machine/hardware-tools.ts'
import type { Machine } from '#src/machine/schema.ts'

type Refreshing = {
  readonly tools: HardwareTools | null
  readonly machine: Machine | null
  /** False: nothing is asked, and nothing that was asked is taken. */
  readonly active: boolean
  readonly everyMilliseconds: number
  readonly update: (machine: Machine) => void
}

/**
 * Keeps the cards' figures fresh while it is active: one question at a time, the next some time after the answer. A tool that hangs is
 * not asked again; why is given back, until the machine is read anew.
 */
export function useRefresh({ tools, machine, active, everyMilliseconds, update }: Refreshing): string | null {
  const [stopped, setStopped] = useState<string | null>(null)
  const latest = useRef({ machine, update })
  latest.current = { machine, update }
  const hasCards = machine?.gpus.some(({ vendor }) => vendor.value === 'nvidia' || vendor.value === 'amd') ?? false
  const runs = tools !== null && active && hasCards && stopped === null
  useEffect(() => {
    if (!runs) return
    let timer: NodeJS.Timeout | undefined
    let ended = false
    const ask = async () => {
      const asked = latest.current.machine
      if (asked === null) return
      try {
        const { machine: fresh, problem } = await tools.refresh(asked)
        if (ended) return
        // What was corrected meanwhile is newer than the answer.
        if (fresh !== asked && latest.current.machine === asked) latest.current.update(fresh)
        if (problem === null) timer = setTimeout(ask, everyMilliseconds)
        else setStopped(problem)
      } catch (error) {
        if (!ended) setStopped(messageOf(error))
      }
    }
    timer = setTimeout(ask, everyMilliseconds)
    return () => {
      ended = true
      clearTimeout(timer)
    }
  }, [runs, tools, everyMilliseconds])
  // Reading the machine anew is the operator's way to try again.
  useEffect(() => {
    if (!active) setStopped(null)
  }, [active])
  return stopped
}

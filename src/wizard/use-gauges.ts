import { useEffect, useState } from 'react'
import { type GaugeSample, watchGauges } from '../launch/gauges.ts'
import type { Gauge } from '../ui/views/gauges.tsx'

type LiveGauges = { gauges: readonly Gauge[]; diskBytesPerSecond: number | null }

/** Memory of cards and machine while an engine starts; nothing while `active` is false. */
export function useGauges(active: boolean): LiveGauges {
  const [sample, setSample] = useState<GaugeSample | null>(null)
  useEffect(() => {
    if (!active) return
    const end = new AbortController()
    const watch = async () => {
      for await (const next of watchGauges({ signal: end.signal })) setSample(next)
    }
    // Gauges are an extra: where nothing can be read, none are drawn.
    watch().catch(() => setSample(null))
    return () => end.abort()
  }, [active])
  return sample ? gaugesOf(sample) : { gauges: [], diskBytesPerSecond: null }
}

/** A look at the machine as gauges; swap only where there is some. Pure. */
function gaugesOf({ gpus, ram, swap, diskBytesPerSecond }: GaugeSample): LiveGauges {
  return {
    gauges: [
      ...gpus.map((gpu) => ({ label: `GPU${gpu.index}`, usedBytes: gpu.usedBytes, totalBytes: gpu.totalBytes })),
      { label: 'RAM', ...ram },
      ...(swap.totalBytes ? [{ label: 'swap', ...swap }] : []),
    ],
    diskBytesPerSecond,
  }
}

import { composeMachine } from './compose.ts'
import type { Host } from './host/host.ts'
import { liveHost } from './host/live-host.ts'
import { amd } from './live/amd.ts'
import { cpu } from './live/cpu.ts'
import { engines } from './live/engines.ts'
import { filesystems } from './live/filesystems.ts'
import { intel } from './live/intel.ts'
import { listeners } from './live/listeners.ts'
import { memory } from './live/memory.ts'
import { nvidia } from './live/nvidia.ts'
import { packaging } from './live/packaging.ts'
import { pci } from './live/pci.ts'
import type { Probe } from './live/probe.ts'
import { proxies } from './live/proxies.ts'
import { system } from './live/system.ts'
import { tegra } from './live/tegra.ts'
import { tools } from './live/tools.ts'
import { user } from './live/user.ts'
import type { Reading } from './reading.ts'
import type { Machine } from './schema.ts'

type DetectOptions = {
  /** Ends the probes that still run; what they would have told stays unknown. */
  readonly signal?: AbortSignal
  /** For each command; one that takes longer is killed and reported as hung. Ten seconds where absent. */
  readonly timeLimitMilliseconds?: number
  /** Called with what is known so far, each time a probe has told something. */
  readonly onPart?: (machine: Machine) => void
  /** The outside; this machine where absent. */
  readonly host?: Host
}

/** In the order of trust: where two tell the same thing, the earlier counts. The one that asks pip, which takes longest, starts first. */
export const probes: readonly (readonly [string, Probe])[] = [
  ['packaging', packaging],
  ['nvidia', nvidia],
  ['tegra', tegra],
  ['amd', amd],
  ['intel', intel],
  ['pci', pci],
  ['cpu', cpu],
  ['memory', memory],
  ['filesystems', filesystems],
  ['system', system],
  ['user', user],
  ['tools', tools],
  ['listeners', listeners],
  ['engines', engines],
  ['proxies', proxies],
]

/**
 * What this machine is. All probes run at once, each command with a limit; nothing is changed and nothing outside the machine is
 * asked. Never throws for what it finds: what is broken is in `problems`, what could not be read is unknown with the reason.
 */
export async function detectMachine(options: DetectOptions = {}): Promise<Machine> {
  const host =
    options.host ??
    liveHost({
      signal: options.signal,
      ...(options.timeLimitMilliseconds === undefined ? {} : { timeLimitMilliseconds: options.timeLimitMilliseconds }),
    })
  const origin = { name: 'this machine', origin: 'live', detectedAt: host.now() } as const
  const answers = new Map<string, readonly Reading[]>()
  const inOrder = () => probes.flatMap(([name]) => answers.get(name) ?? [])
  await Promise.all(
    probes.map(async ([name, probe]) => {
      answers.set(name, await probe(host))
      options.onPart?.(composeMachine(inOrder(), origin))
    }),
  )
  return composeMachine(inOrder(), origin)
}

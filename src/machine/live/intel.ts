import { readXpuSmi } from '../probes/xpu-smi.ts'
import { ask, type Probe } from './probe.ts'

/** Intel's cards as its management tool tells them; without the tool the bus tells what it can. */
export const intel: Probe = (host) => ask(host, ['xpu-smi', 'discovery', '-j'], readXpuSmi)

import { readCpuinfo } from '../probes/cpuinfo.ts'
import { readLscpu } from '../probes/lscpu.ts'
import { ask, askFile, type Probe } from './probe.ts'

/** The processor: lscpu knows the models of ARM by name, /proc/cpuinfo is always there. */
export const cpu: Probe = async (host) => {
  const answers = await Promise.all([ask(host, ['lscpu'], readLscpu), askFile(host, '/proc/cpuinfo', readCpuinfo)])
  return answers.flat()
}

import { readNvidiaSmi } from '../probes/nvidia-smi/read.ts'
import type { GpuReading, Reading } from '../reading.ts'
import { ask, findProgram, type Probe } from './probe.ts'
import { ownersOf } from './processes.ts'

const columns = 'index,uuid,pci.bus_id,compute_cap'

/**
 * NVIDIA's cards: the full report, the compute capability (which the report does not have) and the links, all at once. Under WSL2
 * nvidia-smi lies beside the driver's libraries, outside PATH.
 */
export const nvidia: Probe = async (host) => {
  const wsl = '/usr/lib/wsl/lib/nvidia-smi'
  const program = (await findProgram(host, 'nvidia-smi')) ?? ((await host.may(wsl, 'x')) ? wsl : null)
  if (program === null) return []
  const [report, capabilities, topology] = await Promise.all([
    ask(host, [program, '-q', '-x'], readNvidiaSmi),
    ask(host, [program, `--query-gpu=${columns}`, '--format=csv'], readNvidiaSmi),
    ask(host, [program, 'topo', '-m'], readNvidiaSmi),
  ])
  const told = await Promise.all(report.map((reading) => withOwners(host, reading)))
  return [...told, ...capabilities, ...topology]
}

async function withOwners(host: Parameters<Probe>[0], reading: Reading): Promise<Reading> {
  const pids = (reading.gpus ?? []).flatMap((gpu) => gpu.facts.processes?.value?.map((entry) => entry.pid) ?? [])
  if (pids.length === 0) return reading
  const owners = await ownersOf(host, pids)
  const gpus = (reading.gpus ?? []).map((gpu): GpuReading => {
    const { processes } = gpu.facts
    if (!processes?.value) return gpu
    const value = processes.value.map((entry) => ({ ...entry, owner: owners.get(entry.pid) ?? null }))
    return { ...gpu, facts: { ...gpu.facts, processes: { ...processes, value } } }
  })
  return { ...reading, gpus }
}

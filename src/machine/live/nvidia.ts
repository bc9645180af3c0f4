import type { Host } from '../host/host.ts'
import { readKernelLog } from '../probes/kernel-log.ts'
import { readNvidiaSmi } from '../probes/nvidia-smi/read.ts'
import type { GpuReading, Reading } from '../reading.ts'
import { ask, findProgram, oncePerTool, type Probe } from './probe.ts'
import { ownersOf } from './processes.ts'

const columns = 'index,uuid,pci.bus_id,compute_cap'

/**
 * NVIDIA's cards: the full report, the compute capability (which the report does not have) and the links, all at once. Where
 * something is wrong the kernel's log is asked which card it is.
 */
export const nvidia: Probe = async (host) => {
  const program = await nvidiaSmi(host)
  if (program === null) return []
  const [report, capabilities, topology] = await Promise.all([
    readReport(host, [program, '-q', '-x']),
    ask(host, [program, `--query-gpu=${columns}`, '--format=csv'], readNvidiaSmi),
    ask(host, [program, 'topo', '-m'], readNvidiaSmi),
  ])
  const told = oncePerTool([...report, ...capabilities, ...topology])
  return [...(await fromKernelLog(host, told)), ...told]
}

/** Where nvidia-smi is. Under WSL2 it lies beside the driver's libraries, outside PATH. */
export async function nvidiaSmi(host: Host): Promise<string | null> {
  const wsl = '/usr/lib/wsl/lib/nvidia-smi'
  return (await findProgram(host, 'nvidia-smi')) ?? ((await host.may(wsl, 'x')) ? wsl : null)
}

/** A report (`nvidia-smi -q`), with the owner of each process. */
export async function readReport(host: Host, argv: readonly string[]): Promise<Reading[]> {
  const report = await ask(host, argv, readNvidiaSmi)
  return Promise.all(report.map((reading) => withOwners(host, reading)))
}

/** Old entries of the log say nothing of a card that answers now: only what is wrong now is looked up. */
async function fromKernelLog(host: Host, told: readonly Reading[]): Promise<Reading[]> {
  const cards = told.flatMap((reading) => reading.gpus ?? [])
  const isWrong = told.some((reading) => reading.problems) || cards.some((card) => card.facts.problem?.value)
  if (!isWrong) return []
  const answering = new Set(
    cards
      .filter((card) => card.facts.memoryTotalBytes?.value && !card.facts.problem?.value)
      .map((card) => card.facts.pciAddress?.value),
  )
  const log = await host.run(['dmesg'], { timeLimitMilliseconds: 3000 })
  if (log.kind !== 'ended' || log.code !== 0) return []
  const reading = readKernelLog(log.stdout, { name: 'dmesg', at: host.now() })
  return [{ ...reading, gpus: (reading.gpus ?? []).filter((card) => !answering.has(card.facts.pciAddress?.value)) }]
}

async function withOwners(host: Host, reading: Reading): Promise<Reading> {
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

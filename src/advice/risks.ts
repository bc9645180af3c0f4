import { formatGiB, GiB } from '../core/bytes.ts'
import { cpuBuild, rocmBuild } from '../knowledge/vllm/builds.ts'
import { lastReleaseFor, newestRelease, runsOn } from '../knowledge/vllm/releases.ts'
import { isBefore } from '../knowledge/vllm/version.ts'
import type { Gpu, Machine } from '../machine/schema.ts'
import type { Advice, Source } from './advice.ts'
import { freeBytes, isBusy } from './layout/cards.ts'
import { isOnRiser } from './layout/link.ts'
import {
  cardList,
  cpuHas,
  filesystemUnder,
  gpuFact,
  gpusOf,
  hasUnifiedMemory,
  isImmutable,
  toolOf,
} from './machine-facts.ts'
import { makeAdvice } from './make-advice.ts'
import { sources } from './sources.ts'

/** One line of the risk table: what the machine has, what follows, what is done about it, and in which step. */
export type Risk = {
  /** `RAM`, `Links`, `CPU`, `GPUs`, `Disk`, `OS`. */
  readonly component: string
  /** What was found: `15.5 GiB, swap 0`. */
  readonly specification: string
  readonly risk: string
  readonly mitigation: string
  /** The step that deals with it; null: nobody can. */
  readonly step: 'engine' | 'quantize' | 'memory' | 'model' | 'install' | null
  readonly advice: Advice
}

type Found = Omit<Risk, 'advice'> & {
  id: string
  facts: string[]
  source: Source
  refuse?: boolean
  sure?: Advice['sure']
}

/** What is risky about a machine before anything is chosen; the worst first. */
export function risksOf(machine: Machine): Risk[] {
  const found = [
    ...cards(machine),
    ...unsupported(machine),
    ...memory(machine),
    ...links(machine),
    ...busy(machine),
    ...processor(machine),
    ...installedEngine(machine),
    ...disk(machine),
    ...system(machine),
  ]
  return found
    .map(({ id, facts, source, refuse, sure, ...risk }) => ({
      ...risk,
      advice: makeAdvice(
        refuse ? 'refuse' : 'warn',
        { id: `risk-${id}`, about: risk.component, what: risk.mitigation, why: risk.risk, source },
        { facts, instead: risk.mitigation, ...(sure ? { sure } : {}) },
      ),
    }))
    .sort((a, b) => Number(b.advice.kind === 'refuse') - Number(a.advice.kind === 'refuse'))
}

function cards(machine: Machine): Found[] {
  return machine.gpus.flatMap((gpu) =>
    gpu.problem.value === null
      ? []
      : [
          {
            id: `gpu-${gpu.index}-problem`,
            component: 'GPUs',
            specification: `#${gpu.index} ${gpu.name.value ?? ''}`.trim(),
            risk: gpu.problem.value,
            mitigation: 'left out until it is repaired',
            step: 'quantize' as const,
            facts: [gpuFact(gpu, machine, 'problem')],
            source: sources.cudaCompatibility,
            refuse: true,
          },
        ],
  )
}

function unsupported(machine: Machine): Found[] {
  const newest = newestRelease()
  const old = gpusOf(machine, 'nvidia').filter(
    (gpu) => gpu.capability.value !== null && !runsOn(newest, gpu.capability.value),
  )
  const found: Found[] = groups(old, (gpu) => gpu.capability.value ?? '').map(([capability, group]) => {
    const last = lastReleaseFor(capability)
    return {
      id: `capability-${capability}`,
      component: 'GPUs',
      specification: `${group[0]?.name.value ?? 'card'}, capability ${capability}`,
      risk: `no kernels for capability ${capability} in current vLLM`,
      mitigation: last ? `vLLM ${last.version}, the last that has them, or Ollama` : 'Ollama or llama.cpp',
      step: 'engine',
      facts: group.map((gpu) => gpuFact(gpu, machine, 'capability')),
      source: sources.wheels,
      refuse: last === null,
    }
  })
  const targets: readonly string[] = rocmBuild.targets
  const amd = gpusOf(machine, 'amd').filter((gpu) => gpu.arch.value !== null && !targets.includes(gpu.arch.value))
  for (const [arch, group] of groups(amd, (gpu) => gpu.arch.value ?? '')) {
    found.push({
      id: `arch-${arch}`,
      component: 'GPUs',
      specification: `${group[0]?.name.value ?? 'card'}, ${arch}`,
      risk: `${arch} is in no wheel and no image of vLLM`,
      mitigation: 'Ollama or llama.cpp',
      step: 'engine',
      facts: group.map((gpu) => gpuFact(gpu, machine, 'arch')),
      source: sources.vllmGpu,
      refuse: true,
    })
  }
  return found
}

/** Anonymous memory that a vLLM process holds after importing torch and opening its card. */
const perProcess = { low: 2 * GiB, high: 3 * GiB }

function memory(machine: Machine): Found[] {
  const total = machine.memory.totalBytes.value
  if (total === null) return []
  if (hasUnifiedMemory(machine)) {
    return [
      {
        id: 'unified-memory',
        component: 'RAM',
        specification: `${formatGiB(total)}, shared by CPU and GPU`,
        risk: 'what CUDA takes is not seen by limits; when it runs out the machine stalls',
        mitigation: 'low utilization, guard, checked before the launch',
        step: 'memory',
        facts: ['memory.totalBytes', 'gpus[0].unifiedMemory'],
        source: sources.earlyoom,
      },
    ]
  }
  const workers = Math.max(
    1,
    machine.gpus.filter((gpu) => gpu.problem.value === null && !gpu.unifiedMemory.value).length,
  )
  const processes = workers + 2
  const [low, high] = [processes * perProcess.low, processes * perProcess.high]
  const swap = machine.swap.totalBytes.value ?? 0
  if (high < 0.8 * (total + swap)) return []
  return [
    {
      id: 'memory-for-workers',
      component: 'RAM',
      specification: `${formatGiB(total)}, swap ${formatGiB(swap, 0)}`,
      risk: `${workers} ${workers === 1 ? 'worker needs' : 'workers need'} ${formatGiB(low, 0).replace(' GiB', '')}-${formatGiB(high, 0)} of anonymous memory; ${formatGiB(total)} here`,
      mitigation:
        machine.swap.allowed.value === false ? 'fewer cards: no swap can be made here' : 'swap, guard, limits',
      step: 'memory',
      facts: ['memory.totalBytes', 'swap.totalBytes', 'gpus'],
      source: { title: 'vLLM processes measured on small machines, 1.5 to 4 GiB each' },
      sure: 'likely',
    },
  ]
}

function links(machine: Machine): Found[] {
  const risers = machine.gpus.filter(isOnRiser)
  if (risers.length === 0 || machine.gpus.length < 2) return []
  return [
    {
      id: 'links-narrow',
      component: 'Links',
      specification: `${risers.length} of ${machine.gpus.length} cards on x${risers[0]?.linkWidth.value} of x${risers[0]?.linkWidthMax.value ?? 16}`,
      risk: `x${risers[0]?.linkWidth.value} risers: tensor parallel over all cards would wait for the bus`,
      mitigation: 'pipeline parallel, or 2 cards tensor parallel: far fewer bytes',
      step: 'quantize',
      facts: risers.map((gpu) => gpuFact(gpu, machine, 'linkWidth')),
      source: sources.vllmParallel,
    },
  ]
}

function busy(machine: Machine): Found[] {
  const taken = machine.gpus.filter((gpu) => isBusy(gpu) && gpu.unifiedMemory.value !== true)
  // A desktop's own use of its only card is no neighbour.
  const others = taken.filter(
    (gpu) => machine.gpus.length > 1 || (freeBytes(gpu) ?? 0) < 0.85 * (gpu.memoryTotalBytes.value ?? 0),
  )
  if (others.length === 0) return []
  const owners = [
    ...new Set(others.flatMap((gpu) => (gpu.processes?.value ?? []).map(({ owner, name }) => owner ?? name))),
  ]
  return [
    {
      id: 'cards-busy',
      component: 'GPUs',
      specification: `${cardList(others)} in use${owners.length > 0 ? ` by ${owners.slice(0, 3).join(', ')}` : ''}`,
      risk: 'memory that others free or take while vLLM measures stops its start',
      mitigation:
        others.length < machine.gpus.length
          ? 'the idlest cards, utilization of what is free'
          : 'utilization of what is free',
      step: 'quantize',
      facts: others.map((gpu) => gpuFact(gpu, machine, 'memoryUsedBytes')),
      source: {
        title: 'vLLM: memory profiling',
        reference: 'https://docs.vllm.ai/en/latest/configuration/conserving_memory/',
      },
    },
  ]
}

function processor(machine: Machine): Found[] {
  const { cores, flags, model, architecture } = machine.cpu
  const found: Found[] = []
  if (architecture.value === 'x86_64' && flags.value !== null && cpuHas(machine, 'avx2') === false) {
    const none = cpuHas(machine, 'avx') === false
    found.push({
      id: 'cpu-instructions',
      component: 'CPU',
      specification: model.value ?? 'this CPU',
      risk: `no ${none ? 'AVX' : 'AVX2'}: CPU builds and some wheels crash (SIGILL)`,
      mitigation: 'engines on the cards only; each command is tried before it is used',
      step: 'engine',
      facts: ['cpu.flags'],
      source: sources.vllmCpu,
    })
  } else if (machine.gpus.length === 0 && architecture.value === 'x86_64' && cpuHas(machine, 'avx512f') === false) {
    found.push({
      id: 'cpu-avx512',
      component: 'CPU',
      specification: model.value ?? 'this CPU',
      risk: 'no AVX-512: builds of vLLM that assume it die with an illegal instruction',
      mitigation: 'the AVX2 build, or llama.cpp',
      step: 'engine',
      facts: ['cpu.flags'],
      source: sources.vllmCpu,
    })
  }
  if (cores.value !== null && cores.value <= 2 && machine.gpus.length > 0) {
    found.push({
      id: 'cpu-cores',
      component: 'CPU',
      specification: `${cores.value} cores`,
      risk: 'compiling at start takes many minutes here and may fail',
      mitigation: 'no compilation and no graphs at start',
      step: 'engine',
      facts: ['cpu.cores'],
      source: {
        title: 'vLLM: --enforce-eager',
        reference: 'https://docs.vllm.ai/en/latest/configuration/conserving_memory/',
      },
      sure: 'likely',
    })
  }
  return found
}

/** An engine for CUDA with a small model. */
const enginePlus = 25 * GiB

/** A vLLM that is installed already and cannot run on this CPU. */
function installedEngine(machine: Machine): Found[] {
  const tool = toolOf(machine, 'vllm')
  const version = tool?.version.value ?? null
  const onCpu = /cpu/i.test(`${tool?.note ?? ''} ${version ?? ''}`)
  if (!tool || !onCpu || version === null || cpuHas(machine, 'avx512f') !== false) return []
  if (!isBefore(version, cpuBuild.avx2Since)) return []
  return [
    {
      id: 'installed-vllm-needs-avx512',
      component: 'vLLM',
      specification: `${version}, CPU build, at ${tool.path.value}`,
      risk: `it needs AVX-512 and dies here with an illegal instruction, even for --version`,
      mitigation: 'left alone; another engine is installed beside it',
      step: 'engine',
      facts: ['tools', 'cpu.flags'],
      source: sources.vllmCpu,
    },
  ]
}

function disk(machine: Machine): Found[] {
  const { data, modelCache } = machine.locations
  const under = filesystemUnder(machine, modelCache.value ?? data.value ?? '/')
  const free = under?.freeBytes.value ?? null
  const found: Found[] = []
  if (under && free !== null && free < enginePlus) {
    found.push({
      id: 'disk-space',
      component: 'Disk',
      specification: `${under.mount} ${under.type.value ?? ''}, ${formatGiB(free)} free`,
      risk: 'an engine takes 8 GiB, a model 5 to 140 GiB',
      mitigation: 'another place for models, or a smaller one',
      step: 'model',
      facts: [`filesystems[${machine.filesystems.indexOf(under)}].freeBytes`],
      source: { title: 'sizes of vLLM 0.32 for CUDA, installed with uv' },
    })
  }
  if (under?.device.value === 'network') {
    found.push({
      id: 'disk-network',
      component: 'Disk',
      specification: `${under.mount} ${under.type.value ?? ''}, on the network`,
      risk: 'models load over the network at every start',
      mitigation: 'a local disk for models',
      step: 'model',
      facts: [`filesystems[${machine.filesystems.indexOf(under)}].device`],
      source: {
        title: 'vLLM: loading from network filesystems',
        reference: 'https://docs.vllm.ai/en/latest/usage/troubleshooting/',
      },
    })
  }
  return found
}

function system(machine: Machine): Found[] {
  const found: Found[] = []
  if (isImmutable(machine)) {
    found.push({
      id: 'immutable-system',
      component: 'OS',
      specification: machine.os.name.value ?? 'this system',
      risk: '/etc is made from a configuration: what is written there is lost',
      mitigation: 'a module is exported instead; nothing is written under /etc',
      step: 'install',
      facts: ['os.immutable', 'os.id'],
      source: {
        title: 'NixOS manual: changing the configuration',
        reference: 'https://nixos.org/manual/nixos/stable/',
      },
    })
  }
  if (machine.os.wsl.value === true) {
    found.push({
      id: 'wsl',
      component: 'OS',
      specification: 'WSL 2',
      risk: 'pinned memory is off, and model runner V2 stops with `UVA is not available`',
      mitigation: 'VLLM_WSL2_ENABLE_PIN_MEMORY=1 or runner V1; swap comes from .wslconfig',
      step: 'engine',
      facts: ['os.wsl'],
      source: { title: 'vLLM: model runner V2 on WSL', versions: 'vLLM >= 0.12' },
    })
  }
  return found
}

function groups(gpus: readonly Gpu[], key: (gpu: Gpu) => string): [string, Gpu[]][] {
  const byKey = new Map<string, Gpu[]>()
  for (const gpu of gpus) byKey.set(key(gpu), [...(byKey.get(key(gpu)) ?? []), gpu])
  return [...byKey]
}

import { formatGiB, GiB } from '../../core/bytes.ts'
import { cpuBuild } from '../../knowledge/vllm/builds.ts'
import { isBefore } from '../../knowledge/vllm/version.ts'
import { filesystemUnder, toolOf } from '../../machine/find.ts'
import type { Machine } from '../../machine/schema.ts'
import { cpuHas, hasUnifiedMemory, isImmutable } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'
import { cardRisks } from './cards.ts'
import type { Found, Risk } from './risk.ts'

/** What is risky about a machine before anything is chosen; the worst first. */
export function risksOf(machine: Machine): Risk[] {
  const found = [
    ...memory(machine),
    ...cardRisks(machine),
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
        { id: `risk-${id}`, about: risk.component, what: sentence(risk.mitigation), why: sentence(risk.risk), source },
        { facts, instead: sentence(risk.mitigation), ...(sure ? { sure } : {}) },
      ),
    }))
    .sort((a, b) => Number(b.advice.kind === 'refuse') - Number(a.advice.kind === 'refuse'))
}

/** A cell of the table as a sentence, for where it stands alone. */
function sentence(cell: string): string {
  return `${cell.charAt(0).toUpperCase()}${cell.slice(1).replace(/\.$/, '')}.`
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

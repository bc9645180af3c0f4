import { rocmBuild } from '../../knowledge/vllm/builds.ts'
import { lastReleaseFor, newestRelease, runsOn } from '../../knowledge/vllm/releases.ts'
import type { Machine } from '../../machine/schema.ts'
import { cudaTarget } from '../engine-routes/cuda-target.ts'
import { freeBytes, isBusy } from '../layout/cards.ts'
import { isOnRiser } from '../layout/link.ts'
import { cardList, gpuFact, gpusOf } from '../machine-facts.ts'
import { sources } from '../sources.ts'
import type { Found } from './risk.ts'

/** What is risky about the cards: broken, without kernels, on narrow links, in use. */
export function cardRisks(machine: Machine): Found[] {
  return [...cards(machine), ...driver(machine), ...unsupported(machine), ...links(machine), ...busy(machine)]
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

/** A driver that no build of vLLM for these cards accepts; the route knows the floors. */
function driver(machine: Machine): Found[] {
  const tooOld = cudaTarget(machine, {}).why.find(({ id }) =>
    ['nvidia-driver-too-old', 'card-needs-cuda-13'].includes(id),
  )
  if (tooOld === undefined) return []
  return [
    {
      id: 'driver-too-old',
      component: 'Driver',
      specification: `NVIDIA ${gpusOf(machine, 'nvidia')[0]?.driver.value ?? ''}`.trim(),
      risk: tooOld.why,
      mitigation: tooOld.instead ?? tooOld.what,
      step: 'engine',
      facts: tooOld.facts,
      source: tooOld.source,
      refuse: true,
    },
  ]
}

function unsupported(machine: Machine): Found[] {
  const newest = newestRelease()
  const old = gpusOf(machine, 'nvidia').filter(
    (gpu) => gpu.capability.value !== null && !runsOn(newest, gpu.capability.value),
  )
  const found: Found[] = Array.from(
    Map.groupBy(old, (gpu) => gpu.capability.value ?? ''),
    ([capability, group]) => {
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
    },
  )
  const targets: readonly string[] = rocmBuild.targets
  const amd = gpusOf(machine, 'amd').filter((gpu) => gpu.arch.value !== null && !targets.includes(gpu.arch.value))
  for (const [arch, group] of Map.groupBy(amd, (gpu) => gpu.arch.value ?? '')) {
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

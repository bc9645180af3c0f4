import type { Machine } from '../../machine/schema.ts'
import { isCpuRoute, isVllmRoute, type Route, vendorOf } from '../../recipe/schema/route.ts'
import { llamaCppRoute } from './llama-cpp.ts'
import { ollamaRoute } from './ollama.ts'
import type { RouteAdvice, RouteWish } from './route-advice.ts'
import { cpuImage, vllmCpu } from './vllm-cpu.ts'
import { cudaImage, cudaWheel } from './vllm-cuda.ts'
import { rocmImage, rocmWheel } from './vllm-rocm.ts'
import { xpuImage } from './vllm-xpu.ts'

/** Who judges each route. Among those of one kind the first are the better ones. */
const judges: Readonly<Record<Route, (machine: Machine, wish: RouteWish) => RouteAdvice>> = {
  'vllm-cuda-wheel': cudaWheel,
  'vllm-cuda-image': cudaImage,
  'vllm-rocm-image': rocmImage,
  'vllm-rocm-wheel': rocmWheel,
  'vllm-xpu-image': xpuImage,
  'vllm-cpu': vllmCpu,
  'vllm-cpu-image': cpuImage,
  ollama: ollamaRoute,
  'llama-cpp': llamaCppRoute,
}

/**
 * Every route to an engine on this machine, best first; those that cannot work come last, with the reason. vLLM on the cards
 * comes first, then what runs on cards that vLLM cannot use, then CPUs. Where no card can be used, vLLM on the CPU leads.
 */
export function routesFor(machine: Machine, wish: RouteWish = {}): RouteAdvice[] {
  const all = Object.values(judges).map((judge) => judge(machine, wish))
  const onCards = all.filter(({ route }) => vendorOf(route) !== null)
  const cpu = all.filter(({ route }) => isCpuRoute(route))
  const others = all.filter(({ route }) => !isVllmRoute(route))
  // llama.cpp reads a GGUF as it is; Ollama wants it under a name of its own.
  const small = installedFirst(wish.format === 'gguf' ? others.toReversed() : others)
  const anyCard = machine.gpus.some((gpu) => ['nvidia', 'amd', 'intel'].includes(gpu.vendor.value ?? ''))
  const ordered =
    wish.format === 'gguf'
      ? [...small, ...onCards, ...cpu]
      : [...onCards, ...(anyCard ? [...small, ...cpu] : [...cpu, ...small])]
  const not = ordered
    .filter((route) => !works(route))
    .sort((a, b) => Number(isForOtherCards(a)) - Number(isForOtherCards(b)))
  return [...ordered.filter(works), ...not]
}

/** The route to preselect; null where nothing works. */
export function bestRoute(machine: Machine, wish: RouteWish = {}): RouteAdvice | null {
  return routesFor(machine, wish).find(works) ?? null
}

function works(route: RouteAdvice): boolean {
  return route.state !== 'unsupported'
}

/** True for a route whose cards are not in this machine at all: the least interesting of those that do not work. */
function isForOtherCards({ why }: RouteAdvice): boolean {
  return why.some(({ id }) => ['no-nvidia-card', 'no-amd-card', 'no-intel-card'].includes(id))
}

function installedFirst(routes: readonly RouteAdvice[]): RouteAdvice[] {
  return routes.toSorted((a, b) => Number(b.state === 'installed') - Number(a.state === 'installed'))
}

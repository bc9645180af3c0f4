import type { Route } from '../../recipe/schema/route.ts'
import type { EnginePlanner } from './engine-planner.ts'
import { llamaCpp } from './llama-cpp.ts'
import { ollama } from './ollama.ts'
import { vllmImage } from './vllm-image.ts'
import { vllmWheel } from './vllm-wheel.ts'

/** The planner of each route; a new engine is a file beside this one and a line here. */
export const enginePlanners: Readonly<Record<Route, EnginePlanner>> = {
  'vllm-cuda-wheel': vllmWheel,
  'vllm-rocm-wheel': vllmWheel,
  'vllm-cpu': vllmWheel,
  'vllm-cuda-image': vllmImage,
  'vllm-rocm-image': vllmImage,
  'vllm-xpu-image': vllmImage,
  'vllm-cpu-image': vllmImage,
  ollama,
  'llama-cpp': llamaCpp,
}

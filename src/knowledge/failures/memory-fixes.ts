import { advice, recipe, type Values } from './signature.ts'

/** A step of utilization down and up, in hundredths. */
export function neighbours(values: Values): Values {
  const now = Number(values['utilization'] ?? '0.92')
  if (!(now > 0 && now <= 1)) return {}
  return {
    lessUtilization: Math.max(0.1, now - 0.05).toFixed(2),
    ...(now < 0.95 ? { moreUtilization: Math.min(0.95, now + 0.04).toFixed(2) } : {}),
  }
}

/** What gives memory back by giving up graphs. */
export const eager = {
  title: 'no CUDA graphs (eager)',
  change: recipe({ 'engine.compilation': 'none' }),
  why: 'Graphs and compilation take memory of their own.',
  risk: 'Slower generation, most of all with few users.',
} as const

/** What makes the trial run at the start smaller. */
export const smallerBatch = {
  title: 'fewer tokens per step (2,048)',
  change: recipe({ 'layout.maxNumBatchedTokens': 2048 }),
  why: 'The trial run at the start takes memory in proportion to it.',
  risk: 'Long prompts are read more slowly.',
} as const

/** What llama.cpp and Ollama offer in place of vLLM's settings. */
export const fewerLayers = {
  title: 'fewer layers on the GPU (llama.cpp: --n-gpu-layers, Ollama: num_gpu) or a shorter context',
  change: advice,
  why: 'The other layers stay in host memory, and a shorter context needs a smaller cache.',
  risk: 'Slower with each layer that the processor computes.',
  traits: ['llama-cpp'],
} as const

import type { ModelArchitecture } from '../../knowledge/models/architecture.ts'

/** The partition that is asked for, where it has the right number of stages and layers; else vLLM's own. */
export function stagesOf(
  architecture: ModelArchitecture,
  stages: number,
  asked?: readonly number[],
): readonly number[] {
  const layers = architecture.layers.length
  const valid = asked?.length === stages && asked.reduce((sum, size) => sum + size, 0) === layers
  return valid ? asked : stageSizes(layers, stages)
}

/**
 * Layers of each pipeline stage: equal shares, and what is left over goes to the stages before the last
 * (vllm/distributed/utils.py, get_pp_indices).
 */
export function stageSizes(layers: number, stages: number): number[] {
  const sizes = Array.from({ length: stages }, () => Math.floor(layers / stages))
  const left = layers % stages
  for (let index = 0; index < left; index += 1) {
    const stage = stages - 2 - index
    const target = Math.max(stage, 0)
    sizes[target] = (sizes[target] ?? 0) + 1
  }
  return sizes
}

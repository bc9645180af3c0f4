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

import type { Recipe } from '../recipe/schema/recipe.ts'

const argument = (name: string): RegExp =>
  new RegExp(`(?:['"]?${name}['"]?\\s*[:=]\\s*|--${name.replaceAll('_', '-')}[= ])['"]?([\\w.]+)`)

const readable: readonly (readonly [string, RegExp])[] = [
  ['utilization', argument('gpu_memory_utilization')],
  ['maxModelLen', argument('max_model_len')],
  ['tensorParallel', argument('tensor_parallel_size')],
  ['maxNumSeqs', argument('max_num_seqs')],
  ['port', argument('port')],
]

/** The settings that a line of a start tells (vLLM's non-default args and engine config, or a command line). */
export function settingsIn(text: string): Record<string, string> {
  const settings: Record<string, string> = {}
  for (const [name, pattern] of readable) {
    const value = pattern.exec(text)?.[1]
    if (value && value !== 'None') settings[name] = value
  }
  return settings
}

/** True for lines that `settingsIn` can read something from. */
export function tellsSettings(text: string): boolean {
  return (
    text.includes('non-default args') ||
    text.includes('engine (v') ||
    text.includes('vllm serve') ||
    text.includes('with config:')
  )
}

/** The same settings from the recipe that was started, where it is known. */
export function settingsOf(recipe: Recipe): Record<string, string> {
  const { layout, server } = recipe
  return {
    tensorParallel: String(layout.tensorParallel),
    port: String(server.port),
    ...(layout.utilization === undefined ? {} : { utilization: String(layout.utilization) }),
    ...(layout.maxModelLen === undefined ? {} : { maxModelLen: String(layout.maxModelLen) }),
    ...(layout.maxNumSeqs === undefined ? {} : { maxNumSeqs: String(layout.maxNumSeqs) }),
  }
}

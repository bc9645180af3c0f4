import { knowsFlag, knowsVariable } from '../../knowledge/vllm/names.ts'
import type { Recipe } from '../../recipe/schema/recipe.ts'
import { isCpuRoute, vendorOf } from '../../recipe/schema/route.ts'
import type { PlanContext, ProofModel } from '../context.ts'
import type { Serve } from '../serve.ts'
import { proofModelName } from './serving.ts'

/** The flags of `vllm serve` for a recipe, after the model: one path for wheel and image. */
export function vllmFlags(recipe: Recipe, purpose: Serve['purpose'], proof: ProofModel): string[] {
  const { layout, quantization, model, server } = recipe
  const flags: string[] = []
  const add = (name: string, value: string | number | undefined) => {
    if (value !== undefined) flags.push(`--${name}`, String(value))
  }
  const own = purpose === 'model'
  add('served-model-name', own ? (model.servedName ?? model.id) : proofModelName)
  if (own) add('revision', model.revision)
  if (own && model.trustRemoteCode) flags.push('--trust-remote-code')
  if (own && quantization.method !== 'checkpoint') add('quantization', quantization.method)
  add('dtype', quantization.dtype === 'auto' ? undefined : quantization.dtype)
  add('kv-cache-dtype', quantization.kvCacheDtype === 'auto' ? undefined : quantization.kvCacheDtype)
  add('max-model-len', own ? layout.maxModelLen : Math.min(layout.maxModelLen ?? proof.maxModelLen, proof.maxModelLen))
  if (layout.tensorParallel > 1) add('tensor-parallel-size', layout.tensorParallel)
  if (layout.pipelineParallel > 1) add('pipeline-parallel-size', layout.pipelineParallel)
  add('gpu-memory-utilization', layout.utilization)
  add('max-num-seqs', layout.maxNumSeqs)
  add('max-num-batched-tokens', layout.maxNumBatchedTokens)
  flags.push(...compilationFlags(recipe))
  for (const [name, value] of Object.entries(server.arguments).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value === true) flags.push(`--${name}`)
    else if (value === false) flags.push(`--no-${name}`)
    else if (Array.isArray(value)) flags.push(`--${name}`, ...value.map(String))
    else flags.push(`--${name}`, String(value))
  }
  return flags
}

/** The largest batch that still gets a graph where few are captured: single users and small groups. */
const fewGraphs = 16

/** How much is compiled and captured at start, in the words of the version. */
function compilationFlags({ engine, server }: Recipe): string[] {
  if (engine.compilation === 'none') return server.arguments['enforce-eager'] === undefined ? ['--enforce-eager'] : []
  if (engine.compilation === 'full') return []
  const version = engine.version
  if (knowsFlag(version, '--max-cudagraph-capture-size')) return ['--max-cudagraph-capture-size', String(fewGraphs)]
  return knowsFlag(version, '--cuda-graph-sizes') ? ['--cuda-graph-sizes', String(fewGraphs)] : []
}

/** The environment of a vLLM process that follows from the recipe; the recipe's own variables win. */
export function vllmEnvironment(context: PlanContext): Record<string, string> {
  const { recipe } = context
  const environment: Record<string, string> = {
    // A log for reading: no colours, no banner of block characters; rigup colours it itself.
    VLLM_LOGGING_COLOR: '0',
    VLLM_DISABLE_LOG_LOGO: '1',
    PYTHONUNBUFFERED: '1',
    // Usage statistics are sent by default; nobody was asked.
    VLLM_NO_USAGE_STATS: '1',
  }
  if (recipe.layout.gpus && recipe.layout.gpus.length > 0) {
    const variable = vendorOf(recipe.engine.route) === 'amd' ? 'HIP_VISIBLE_DEVICES' : 'CUDA_VISIBLE_DEVICES'
    environment[variable] = recipe.layout.gpus.join(',')
    if (variable === 'CUDA_VISIBLE_DEVICES') environment.CUDA_DEVICE_ORDER = 'PCI_BUS_ID'
  }
  if (isCpuRoute(recipe.engine.route) && recipe.layout.cpuKvCacheGib)
    environment.VLLM_CPU_KVCACHE_SPACE = String(recipe.layout.cpuKvCacheGib)
  if (recipe.engine.generation === 'v0') environment.VLLM_USE_V1 = '0'
  if (recipe.engine.generation === 'runner-v1') environment.VLLM_USE_V2_MODEL_RUNNER = '0'
  if (recipe.engine.generation === 'runner-v2') environment.VLLM_USE_V2_MODEL_RUNNER = '1'
  if (recipe.install.modelCache) environment.HF_HOME = recipe.install.modelCache
  const known = Object.entries(environment).filter(([name]) => isRead(name, recipe.engine.version))
  return { ...Object.fromEntries(known), ...recipe.server.environment }
}

/** False for a variable of vLLM that the version does not read: newer ones complain about those that they do not know. */
function isRead(name: string, version: string): boolean {
  return !name.startsWith('VLLM_') || knowsVariable(version, name) !== false
}

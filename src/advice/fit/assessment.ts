import { GiB } from '../../core/bytes.ts'
import { type Activations, activationBytes } from './activations.ts'
import { type Device, deviceOf, type Estimate, overheadOf } from './budget.ts'
import { estimatedGraphBytes, graphBytes } from './graphs.ts'
import type { FitInput } from './input.ts'
import { type KvLayout, kvLayout } from './kv-groups.ts'
import { kvSpecs } from './kv-spec.ts'
import { batchDefaults, type MemoryRules, memoryRules } from './rules.ts'
import { stagesOf } from './stages.ts'
import { weightBytesPerStage } from './weights.ts'

const gpuBlockTokens = 16
// Where a model does not say how long it may be.
const unknownLength = 131_072

export type Stage = {
  readonly weights: number
  readonly layout: KvLayout
  readonly activations: Activations
  /** Bytes that graphs take in the end. */
  readonly graphs: number
  /** Bytes that are set aside for them before the KV cache is sized; 0 where the version does not. */
  readonly graphsReserved: number
}

/** Everything that is known before the question "does it start" is asked. */
export type Assessment = {
  readonly input: FitInput
  readonly rules: MemoryRules
  readonly device: Device
  readonly utilization: number
  readonly requested: number
  readonly length: number
  /** Requests in one batch at most. */
  readonly sequences: number
  readonly inFlight: number
  readonly overhead: Estimate
  readonly stages: readonly Stage[]
  /** How far the memory left for the KV cache may be off, bytes. */
  readonly spread: number
}

function elementBytes(kvCacheDtype: string, input: FitInput): number {
  const named = kvCacheDtype === 'auto' ? (input.architecture.quantization?.kvCacheDtype ?? 'auto') : kvCacheDtype
  if (/^(fp8|int8)/.test(named)) return 1
  if (/^nvfp4/.test(named)) return 0.5625
  if (/^(int4|turboquant|ultraquant)/.test(named)) return 0.5625
  return input.architecture.dtype === 'float32' && named === 'float32' ? 4 : 2
}

function latentTokenBytes(input: FitInput, bytes: number): number | null {
  const sparse = input.architecture.layers.some((layer) =>
    layer.caches.some((cache) => cache.kind === 'latent' && cache.indexerBytes > 0),
  )
  return sparse && bytes === 1 ? 656 : null
}

function hasStates(architecture: FitInput['architecture']): boolean {
  return architecture.layers.some((layer) => layer.caches.some((cache) => cache.kind === 'state'))
}

function memoryOfStages(
  input: FitInput,
  rules: MemoryRules,
  device: Device,
  batch: { tokens: number; sequences: number },
): Stage[] {
  const { architecture, tensorParallel, pipelineParallel } = input
  const offloaded = (input.cpuOffloadGib ?? 0) * GiB
  const weights =
    input.weightsGib === undefined
      ? weightBytesPerStage(architecture, {
          tensorParallel,
          pipelineParallel,
          capability: device.capability,
          vendor: device.vendor,
          vllmVersion: input.vllmVersion,
          layersPerStage: input.layersPerStage,
        })
      : Array.from({ length: pipelineParallel }, () => (input.weightsGib ?? 0) * GiB)
  const bytes = elementBytes(input.kvCacheDtype, input)
  const activations = activationBytes(architecture, { tensorParallel, ...batch }, rules)
  const specialKernels = architecture.experts !== null || hasStates(architecture)
  let start = 0
  return stagesOf(architecture, pipelineParallel, input.layersPerStage).map((size, index) => {
    const layers = architecture.layers.slice(start, start + size)
    start += size
    const specs = kvSpecs(layers, {
      tensorParallel,
      elementBytes: bytes,
      modelBytes: 2,
      blockTokens: gpuBlockTokens,
      windowsManaged: rules.windowsManaged,
      latentTokenBytes: latentTokenBytes(input, bytes),
    })
    const graphs = input.enforceEager ? 0 : graphBytes(size, batch.sequences, batch.tokens, rules)
    return {
      weights: Math.max(0, (weights[index] ?? 0) - offloaded),
      layout: kvLayout(specs, rules),
      activations,
      graphs,
      graphsReserved: rules.graphsReserved ? estimatedGraphBytes(graphs, specialKernels) : 0,
    }
  })
}

function spreadOf(
  input: FitInput,
  device: Device,
  utilization: number,
  overhead: Estimate,
  stage: Stage,
  rules: MemoryRules,
): number {
  const known = input.weightsGib !== undefined
  const weights = stage.weights * (known ? 0.002 : input.architecture.safetensorsBytes === null ? 0.025 : 0.01)
  const unsure = stage.activations.from === 'images' || (stage.activations.from === 'sampling' && rules.samplerDepends)
  const activations = stage.activations.bytes * (unsure ? 0.6 : 0.4)
  const graphs = 0.7 * stage.graphsReserved + (stage.graphsReserved > 0 ? 0.15 * GiB : 0)
  return Math.hypot(device.total.spread * utilization, weights, activations, overhead.spread, graphs)
}

/** Memory left for the KV cache on one stage's cards, as the version counts it; negative where nothing is left. */
export function availableBytes({ requested, overhead }: Assessment, stage: Stage): number {
  return requested - stage.weights - stage.activations.bytes - overhead.bytes - stage.graphsReserved
}

/** Works out budget, weights, cache layout and batch of a prediction. */
export function assess(input: FitInput): Assessment {
  const device = deviceOf(input)
  const rules = memoryRules({
    version: input.vllmVersion,
    architecture: input.architecture,
    gpuName: input.gpu.name,
    capability: device.capability === null ? null : String(device.capability),
    vendor: device.vendor,
    engine: input.engine,
  })
  const utilization = input.utilization ?? rules.defaultUtilization
  const length = input.maxModelLen ?? input.architecture.maxPositionEmbeddings ?? unknownLength
  const defaults = batchDefaults(
    { version: input.vllmVersion, gpuName: input.gpu.name, deviceGib: device.total.bytes / GiB },
    rules,
    length,
  )
  const sequences = input.maxNumSeqs ?? Math.min(defaults.sequences, input.maxNumBatchedTokens ?? defaults.sequences)
  const tokens = input.maxNumBatchedTokens ?? Math.min(defaults.tokens, sequences * length)
  const stages = memoryOfStages(input, rules, device, { tokens, sequences })
  const overhead = overheadOf(input, device, input.tensorParallel * input.pipelineParallel, rules)
  const spread = Math.max(...stages.map((stage) => spreadOf(input, device, utilization, overhead, stage, rules)))
  const inFlight = tokens * (rules.batchesInFlight === 1 ? 1 : Math.max(2, input.pipelineParallel + 1))
  return {
    input,
    rules,
    device,
    utilization,
    requested: device.total.bytes * utilization,
    length,
    sequences,
    inFlight,
    overhead,
    stages,
    spread,
  }
}

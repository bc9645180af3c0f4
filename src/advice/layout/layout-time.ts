import type { Link } from './link.ts'

/** A model as far as it decides over a layout. */
export type LayoutModel = {
  readonly layers: number
  readonly hidden: number
  readonly heads: number
  readonly kvHeads: number
  /** Width of the feed-forward layers; tensor parallelism cuts it. */
  readonly intermediate?: number | null | undefined
  /** Weights that share a quantization scale. */
  readonly quantGroup?: number | null | undefined
  /** Bytes of all weights; null: estimated from the shape. */
  readonly weightBytes?: number | null | undefined
  /** False for a model that vLLM cannot cut into stages. */
  readonly pipelines?: boolean | undefined
}

/** A request to compare layouts by. */
export type LayoutRequest = {
  readonly promptTokens: number
  readonly answerTokens: number
  readonly users: number
}

export type LayoutTimes = {
  /** Bytes that a card sends for one token of one user. */
  readonly linkBytesPerToken: number
  /** Seconds on the links for one generated token. */
  readonly linkSecondsPerToken: number
  /** Seconds on the links for one token of a prompt, once the stages are filled. */
  readonly linkSecondsPerPromptToken: number
  /** Seconds for the whole request without the arithmetic, which is the same in every layout. */
  readonly requestSeconds: number
}

/** Activations are two bytes an element in every format that vLLM computes in. */
const elementBytes = 2
/** A stage hands on the hidden state and the residual (vLLM's IntermediateTensors). */
const tensorsBetweenStages = 2
/** Two all-reduces a layer: after attention and after the feed-forward part. */
const allReducesPerLayer = 2
/** Share of a card's nominal memory bandwidth that reading weights reaches. */
const readEfficiency = 0.7
/** CPU time to launch one layer without graphs: about ten kernels through Python. */
const launchSecondsPerLayer = 0.3e-3

type Host = {
  readonly link: Link
  readonly memoryBytesPerSecond: number
  readonly cores: number
  /** True where kernels are launched one by one (no CUDA graphs). */
  readonly eager: boolean
}

/**
 * Times of one layout. A ring all-reduce over n cards sends 2(n-1)/n of the tensor from each card in 2(n-1) hops, twice a layer;
 * a pipeline sends the state once per stage. Decoding reads every weight once a step, tensor parallel cards at the same time and
 * stages one after another; without graphs, CPU cores launch the layers of every tensor parallel worker.
 */
export function layoutTimes(
  model: LayoutModel,
  tp: number,
  pp: number,
  host: Host,
  request: LayoutRequest,
): LayoutTimes {
  const state = model.hidden * elementBytes
  const layersPerStage = Math.ceil(model.layers / pp)
  const reduceBytes = tp > 1 ? state * ((2 * (tp - 1)) / tp) * allReducesPerLayer : 0
  const reduceHops = tp > 1 ? allReducesPerLayer * 2 * (tp - 1) : 0
  const handOver = pp > 1 ? state * tensorsBetweenStages : 0

  const { bytesPerSecond, hopSeconds } = host.link
  const transfer = (users: number) =>
    (users * (reduceBytes * model.layers + handOver * (pp - 1))) / bytesPerSecond +
    hopSeconds * (reduceHops * model.layers + (pp - 1))
  // Prompts are cut into chunks that fill the pipeline, so that a stage's own bytes count, not the sum over the stages.
  const linkSecondsPerPromptToken = (reduceBytes * layersPerStage + handOver) / bytesPerSecond

  const weights = model.weightBytes ?? 12 * model.layers * model.hidden ** 2 * elementBytes
  const read = weights / tp / (host.memoryBytesPerSecond * readEfficiency)
  const launch = host.eager ? model.layers * launchSecondsPerLayer * Math.ceil(tp / host.cores) : 0
  const step = Math.max(read, launch) + transfer(request.users)
  const prompt = request.users * request.promptTokens * linkSecondsPerPromptToken
  return {
    linkBytesPerToken: reduceBytes * layersPerStage + handOver,
    linkSecondsPerToken: transfer(1),
    linkSecondsPerPromptToken,
    requestSeconds: prompt + request.answerTokens * step,
  }
}

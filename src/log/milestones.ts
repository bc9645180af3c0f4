import type { EngineName } from '../knowledge/engines.ts'
import type { Phase } from './observed.ts'
import type { Template } from './template.ts'

/**
 * A line that says what an engine is doing. Placeholders with these names are read:
 * version, model, weights, kv (GiB), tokens, concurrency, graphs (GiB), done, total, percent, seconds.
 */
export type Milestone = {
  readonly templates: readonly Template[]
  /** The phase that begins, or goes on, with the line; absent: the line only tells a figure. */
  readonly phase?: Phase
  /** What to show; `{name}` is filled in. Absent: the phase's own words. */
  readonly text?: string
  /** The phase that `seconds` belongs to, where it is not `phase`. */
  readonly seconds?: Phase
  readonly engine?: EngineName
  /** GiB per unit of `weights`, `kv` and `graphs`; 1 where absent. */
  readonly unit?: number
}

const mib = 1 / 1024

/** vLLM 0.6 to 0.33. Sources: its logger calls, release by release. */
const vllmMilestones: readonly Milestone[] = [
  {
    templates: ['vLLM API server version {version:w}', 'vLLM server version {version:w}', '█  version {version:w}'],
    phase: 'starting',
    engine: 'vllm',
  },
  { templates: ['serving model {model:w}', '█  model   {model:w}'], phase: 'starting' },
  {
    templates: [
      "non-default args: {}'model_tag': '{model:w}'",
      "non-default args: {}'model': '{model:w}'",
      'non-default args: ',
    ],
    phase: 'config',
    engine: 'vllm',
  },
  {
    templates: ['Resolved architecture: {}', 'Using max model len {}', 'to be resolved architecture'],
    phase: 'config',
    engine: 'vllm',
  },
  {
    templates: [
      "Initializing a V1 LLM engine (v{version:w}) with config: model='{model:w}'",
      "Initializing a V0 LLM engine (v{version:w}) with config: model='{model:w}'",
      "Initializing an LLM engine (v{version:w}) with config: model='{model:w}'",
      'LLM engine (v{version:w}) with config: ',
    ],
    phase: 'config',
    engine: 'vllm',
  },
  { templates: ["LLM engine with config: model='{model:w}'"], phase: 'config', engine: 'vllm' },
  {
    templates: [
      'vLLM is using nccl=={}',
      'in world size {}is assigned as DP rank',
      'distributed_init_method=',
      'Init COMPLETE',
    ],
    phase: 'distributed',
  },
  {
    templates: ['Starting to load model {model:w}...', 'Starting to load model ', 'Loading model weights from'],
    phase: 'loading',
    engine: 'vllm',
  },
  {
    templates: [
      'Fetching {total:n} files: {percent:n}%{}| {done:n}/',
      '.safetensors: {percent:n}%|',
      '.bin: {percent:n}%|',
      '.gguf: {percent:n}%|',
    ],
    phase: 'downloading',
    text: 'downloading {percent} %',
  },
  { templates: ['Time spent downloading weights for {}: {seconds:n} seconds'], seconds: 'downloading' },
  {
    templates: [
      'Loading safetensors checkpoint shards: {percent:n}% Completed | {done:n}/{total:n}',
      'Loading pt checkpoint shards: {percent:n}% Completed | {done:n}/{total:n}',
      'Multi-thread loading shards: {percent:n}% Completed | {done:n}/{total:n}',
      'Loading safetensors using {}: {percent:n}% Completed | {done:n}/{total:n}',
    ],
    phase: 'loading',
    text: 'loading weights, {done} of {total} files',
  },
  { templates: ['Loading weights took {seconds:n} seconds'], phase: 'loading' },
  {
    templates: [
      'Model loading took {weights:n} GiB memory and {seconds:n} seconds',
      'Model loading took {weights:n} GiB and {seconds:n} seconds',
      'Model loading took {weights:n} GB and {seconds:n} seconds',
      'Loading model weights took {weights:n} GB',
    ],
    phase: 'loading',
  },
  {
    templates: [
      "for vLLM's torch.compile",
      'Start compiling function',
      'Compiling a graph for',
      'Dynamo bytecode transform time',
      'the compiled graph(s) for',
      'AOT compilation from path',
      'Warming up model for the compilation',
    ],
    phase: 'compiling',
  },
  {
    templates: ['torch.compile took {seconds:n} s in total', 'torch.compile takes {seconds:n} s in total'],
    phase: 'compiling',
  },
  {
    templates: ['Initial profiling/warmup run took {seconds:n} s', 'Memory profiling takes {seconds:n} seconds'],
    phase: 'profiling',
  },
  { templates: ['Encoder cache will be initialized with a budget', 'Profiling CUDA graph memory'], phase: 'profiling' },
  {
    templates: [
      'Available KV cache memory: {kv:n} GiB',
      'the rest of the memory reserved for KV Cache is {kv:n}GiB',
      'Explicitly set ({kv:n}/{} GiB for KV cache',
    ],
    phase: 'kv-cache',
  },
  {
    templates: [
      'KV cache size: {tokens:n} tokens, Maximum concurrency for {} tokens per request: {concurrency:n}x',
      'KV cache size: {tokens:n} tokens',
      'Maximum concurrency for {} tokens per request: {concurrency:n}x',
    ],
    phase: 'kv-cache',
  },
  { templates: ['# GPU blocks: ', '# cuda blocks: ', '# cpu blocks: '], phase: 'kv-cache' },
  {
    templates: [
      'FlashInfer autotune cache',
      'FlashInfer autotun',
      'Warming up kernels',
      'Warming up DeepGEMM',
      'DeepGEMM warmup',
      'Warming up done',
    ],
    phase: 'warmup',
  },
  {
    templates: [
      'Capturing CUDA graph shapes: {percent:n}%|{}| {done:n}/{total:n}',
      'Capturing CUDA graphs {}: {percent:n}%|{}| {done:n}/{total:n}',
      'Capturing CUDA graphs: {percent:n}%|{}| {done:n}/{total:n}',
      'Capturing cudagraphs for decoding',
      'Capturing the model for CUDA graphs',
    ],
    phase: 'graphs',
    text: 'capturing graphs, {done} of {total}',
  },
  {
    templates: [
      'Graph capturing finished in {seconds:n} secs, took {graphs:n} GiB',
      'Graph capturing finished in {seconds:n} secs',
    ],
    phase: 'graphs',
  },
  { templates: ['init engine (profile, create kv cache, warmup model) took {seconds:n} s'], phase: 'api' },
  {
    templates: [
      'Starting vLLM server on',
      'Starting vLLM API server',
      'Available routes are:',
      'Started server process',
      'Waiting for application startup',
    ],
    phase: 'api',
  },
  { templates: ['Application startup complete', 'Uvicorn running on http'], phase: 'ready' },
  {
    templates: ['Application shutdown complete', 'Finished server process', 'Shutting down FastAPI HTTP server'],
    phase: 'stopped',
  },
  {
    templates: [
      'EngineCore failed to start',
      'WorkerProc failed to start',
      'Engine core initialization failed',
      'WorkerProc initialization failed',
      'EngineCore encountered a fatal error',
      'EngineDeadError',
    ],
    phase: 'failed',
  },
]

const llamaCppMilestones: readonly Milestone[] = [
  {
    templates: [
      'llama_model_load_from_file_impl: ',
      'llama_model_loader: loaded meta data',
      "load_model: loading model '{model:w}'",
    ],
    phase: 'loading',
    engine: 'llama-cpp',
  },
  { templates: ['build: {version:n} ({}) with ', 'build_info: b{version:n}'], phase: 'starting', engine: 'llama-cpp' },
  { templates: ['load_tensors: {} model buffer size = {weights:n} MiB'], phase: 'loading', unit: mib },
  { templates: ['KV buffer size = {kv:n} MiB'], phase: 'kv-cache', unit: mib },
  { templates: ['llama_context: ', 'llama_init_from_model'], phase: 'kv-cache' },
  { templates: ['warming up the model with an empty run'], phase: 'warmup' },
  {
    // The newest builds say `srv  llama_server: ...`, and nothing of buffers at their usual verbosity.
    templates: ['server is listening on', 'main: model loaded', 'HTTP server listening', 'llama_server: model loaded'],
    phase: 'api',
  },
  { templates: ['all slots are idle'], phase: 'ready', engine: 'llama-cpp' },
  { templates: ['error loading model', 'exiting due to model loading error', 'failed to load model'], phase: 'failed' },
]

const ollamaMilestones: readonly Milestone[] = [
  { templates: ['Listening on {} (version {version:w})'], phase: 'api', engine: 'ollama' },
  {
    templates: ['starting runner', 'starting llama server', 'starting ollama engine'],
    phase: 'starting',
    engine: 'ollama',
  },
  {
    templates: ['waiting for llama runner to start responding', 'waiting for server to become available'],
    phase: 'loading',
    engine: 'ollama',
  },
  { templates: ['llama runner started in {seconds:n} seconds'], phase: 'ready', seconds: 'loading', engine: 'ollama' },
]

export const milestones: readonly Milestone[] = [...vllmMilestones, ...llamaCppMilestones, ...ollamaMilestones]

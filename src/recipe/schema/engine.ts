import * as z from 'zod'

export const routes = [
  'vllm-cuda-wheel',
  'vllm-cuda-image',
  'vllm-rocm-wheel',
  'vllm-rocm-image',
  'vllm-xpu-image',
  'vllm-cpu',
  'vllm-cpu-image',
  'ollama',
  'llama-cpp',
] as const
export const routeSchema = z.enum(routes)
/** A way to get an engine onto a machine. */
export type Route = z.infer<typeof routeSchema>

/** True for a route on which vLLM computes on the CPU. */
export function isCpuRoute(route: Route): boolean {
  return route === 'vllm-cpu' || route === 'vllm-cpu-image'
}

/** Which engine, of which version, from where. */
export const engineSchema = z.strictObject({
  route: routeSchema,
  /** `newest`, or exact: `0.32.0`. A saved recipe is always exact. */
  version: z.string(),
  /** The Python distribution: `vllm` (the project's own) or `vllm-cpu` (third party, for CPUs). */
  package: z.string().optional(),
  /** `auto`, or a minor version: `3.12`. */
  python: z.string().default('auto'),
  /** What uv calls the torch backend: cpu, cu130, cu129. Absent: torch comes as the index has it. */
  torchBackend: z.string().optional(),
  /** Container image without digest: `vllm/vllm-openai:v0.32.0`. */
  image: z.string().optional(),
  /** `sha256:...`; a saved recipe of an image always has it. */
  digest: z.string().optional(),
  containerTool: z.enum(['docker', 'podman']).optional(),
  /** auto: what the release defaults to. v0: only up to vLLM 0.10.2. runner-v1, runner-v2: vLLM 0.12 and newer. */
  generation: z.enum(['auto', 'v0', 'runner-v1', 'runner-v2']).default('auto'),
  /** How much is compiled at start: full (compilation and graphs), reduced (a few graphs), none (eager). */
  compilation: z.enum(['full', 'reduced', 'none']).default('full'),
})

/** Where Python packages and images come from, without credentials. */
export const packagesSchema = z.strictObject({
  index: z.string().optional(),
  extraIndexes: z.array(z.string()).default([]),
  findLinks: z.array(z.string()).default([]),
  certificate: z.string().optional(),
  /** Packages kept out of the installation, because no build of them matches the torch that is installed. */
  leaveOut: z.array(z.string()).default([]),
  /** The lock beside the recipe: every package with version and hashes. */
  lock: z.strictObject({ file: z.string(), sha256: z.string(), packages: z.number().int() }).optional(),
})

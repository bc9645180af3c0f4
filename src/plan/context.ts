import { join } from 'node:path'
import type { Directories } from '../core/directories.ts'
import { uvVersion } from '../knowledge/uv.ts'
import type { Machine } from '../machine/schema.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'

/** rigup's tiny model: where it lies, and the answers it must give. */
export type ProofModel = {
  /** Folder with config, tokenizer and safetensors. */
  directory: string
  /** The same weights for llama.cpp. */
  gguf: string
  /** Tokens that it was made for. */
  maxModelLen: number
  /** What it says where the share of one worker is missing. */
  alarm: string
  /** sha256 of each file, by its name in the folder. */
  files: Readonly<Record<string, string>>
  prompts: readonly { prompt: string; expected: string; maxTokens: number }[]
}

/** All that a plan is made from; the same context gives the same plan. */
export type PlanContext = {
  recipe: Recipe
  machine: Machine
  directories: Directories
  /** The text of the recipe's lock, where it has one. */
  lock: string | null
  proofModel: ProofModel
}

type InstallPaths = {
  /** Everything of this recipe's engine; removing it removes the engine. */
  engine: string
  environment: string
  python: string
  bin: string
  uv: string
  uvWheel: string
  requirements: string
  overrides: string
  lock: string
  proofModel: string
  apiKey: string
}

/** Where the parts of an installation go. */
export function installPaths({ recipe, directories }: Pick<PlanContext, 'recipe' | 'directories'>): InstallPaths {
  const engine = recipe.install.directory ?? join(directories.data, 'engines', recipe.name)
  const environment = join(engine, 'venv')
  const tools = join(directories.data, 'tools', `uv-${uvVersion}`)
  return {
    engine,
    environment,
    python: join(environment, 'bin', 'python'),
    bin: join(environment, 'bin'),
    uv: join(tools, 'uv'),
    uvWheel: join(directories.cache, 'downloads', `uv-${uvVersion}.whl`),
    requirements: join(engine, 'requirements.in'),
    overrides: join(engine, 'overrides.txt'),
    lock: join(engine, 'requirements.lock'),
    proofModel: join(engine, 'proof-model'),
    apiKey: join(engine, 'api-key'),
  }
}

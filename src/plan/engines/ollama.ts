import { join } from 'node:path'
import { Problem } from '../../core/problem.ts'
import { ollamaRelease } from '../../knowledge/ollama-release.ts'
import { uvVersion } from '../../knowledge/uv.ts'
import { installPaths, type PlanContext } from '../context.ts'
import { type Action, action } from '../plan.ts'
import type { Serve } from '../serve.ts'
import type { EnginePlanner } from './engine-planner.ts'
import { clientHost, proofModelName, testPrompts } from './vllm-arguments.ts'

/** Ollama: the one that is installed, or rigup's own copy beside the recipe's other files. */
export const ollama: EnginePlanner = {
  install(context) {
    return installed(context) ? [] : [fetchOllama(context)]
  },

  // Ollama fetches through its own server, so it happens when that is up.
  fetchModel: () => [],

  serve(context, purpose): Serve {
    const { recipe, proofModel } = context
    const paths = installPaths(context, uvVersion)
    const program = ollamaProgram(context)
    const host = clientHost(recipe.server.host)
    const servedName = purpose === 'proof' ? proofModelName : recipe.model.id
    return {
      engine: 'ollama',
      purpose,
      argv: [program, 'serve'],
      environment: {
        OLLAMA_HOST: `${recipe.server.host}:${recipe.server.port}`,
        OLLAMA_CONTEXT_LENGTH: String(recipe.layout.maxModelLen ?? recipe.workload.contextTokens),
        OLLAMA_NUM_PARALLEL: String(recipe.workload.users),
        ...(recipe.install.modelCache ? { OLLAMA_MODELS: recipe.install.modelCache } : {}),
        ...recipe.server.environment,
      },
      prepare:
        purpose === 'proof'
          ? [[program, 'create', servedName, '--file', join(paths.proofModel, 'Modelfile')]]
          : [[program, 'pull', recipe.model.id]],
      host,
      port: recipe.server.port,
      servedName,
      prompts: testPrompts(purpose, proofModel),
      stallSeconds: 600,
      afterTest: purpose === 'proof' && recipe.model.source !== 'proof' ? 'stop' : recipe.server.afterTest,
    }
  },
}

function installed({ machine }: PlanContext): string | null {
  return machine.tools.find((tool) => tool.name === 'ollama')?.path.value ?? null
}

function ollamaProgram(context: PlanContext): string {
  return installed(context) ?? join(installPaths(context, uvVersion).engine, 'ollama', 'bin', 'ollama')
}

function fetchOllama(context: PlanContext): Action {
  const paths = installPaths(context, uvVersion)
  const { machine } = context
  const architecture = machine.cpu.architecture.value
  if (architecture !== null && architecture !== ollamaRelease.architecture) {
    throw new Problem({
      what: `rigup has no checksum for Ollama on ${architecture}.`,
      next: 'Install Ollama from https://ollama.com/download, then run rigup again: it uses the one it finds.',
      exit: 'machine',
    })
  }
  const archive = join(context.directories.cache, 'downloads', `ollama-${ollamaRelease.version}.tar.zst`)
  const directory = join(paths.engine, 'ollama')
  const answers = {
    kind: 'command' as const,
    argv: [ollamaProgram(context), '--version'],
    contains: ollamaRelease.version,
  }
  return action(
    {
      id: 'ollama',
      title: `Ollama ${ollamaRelease.version}`,
      reason: 'Unpacked without root beside the recipe; nothing under /usr is touched and no service is made.',
      operations: [
        {
          kind: 'fetch',
          path: archive,
          sha256: ollamaRelease.sha256,
          sources: [{ kind: 'url', url: ollamaRelease.url }],
        },
        { kind: 'make-directory', path: directory },
        { kind: 'run', argv: ['tar', '--zstd', '-xf', archive, '-C', directory] },
        { kind: 'remove', path: archive },
      ],
    },
    {
      check: [answers],
      verify: [answers],
      undo: [{ kind: 'remove', path: paths.engine }],
      downloadBytes: ollamaRelease.downloadBytes,
      diskBytes: ollamaRelease.diskBytes,
    },
  )
}

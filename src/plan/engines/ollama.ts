import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import { Problem } from '../../core/problem.ts'
import { ollamaRelease } from '../../knowledge/ollama-release.ts'
import { toolOf } from '../../machine/find.ts'
import { installPaths, type PlanContext } from '../context.ts'
import type { Check } from '../operation.ts'
import { type Action, action } from '../plan.ts'
import type { Serve } from '../serve.ts'
import type { EnginePlanner } from './engine-planner.ts'
import { unpackRelease } from './releases.ts'
import { launchBasics } from './serving.ts'

/** Ollama: the one that is installed, or rigup's own copy beside the recipe's other files. */
export const ollama: EnginePlanner = {
  install(context) {
    return usesInstalled(context) ? [] : [unpackOllama(context)]
  },

  // Ollama fetches through its own server, so it happens when that is up.
  fetchModel: () => [],

  serve(context, purpose): Serve {
    const { recipe } = context
    const paths = installPaths(context)
    const program = programOf(context)
    const { host, port } = recipe.server
    const basics = launchBasics(context, purpose)
    // It has no second names: a model is asked for by the name that it was pulled by.
    const servedName = purpose === 'proof' ? basics.servedName : recipe.model.id
    // The proof model is not left among the operator's own.
    const models = purpose === 'proof' ? join(paths.engine, 'proof-models') : recipe.install.modelCache
    return {
      ...basics,
      engine: 'ollama',
      argv: [program, 'serve'],
      environment: {
        OLLAMA_HOST: `${isIPv6(host) ? `[${host}]` : host}:${port}`,
        OLLAMA_CONTEXT_LENGTH: String(recipe.layout.maxModelLen ?? recipe.workload.contextTokens),
        OLLAMA_NUM_PARALLEL: String(recipe.workload.users),
        ...(models ? { OLLAMA_MODELS: models } : {}),
        ...recipe.server.environment,
      },
      prepare:
        purpose === 'proof'
          ? [[program, 'create', servedName, '--file', join(paths.proofModel, 'Modelfile')]]
          : [[program, 'pull', recipe.model.id]],
      servedName,
      stallSeconds: 600,
    }
  },
}

function installed({ machine }: PlanContext): string | null {
  return toolOf(machine, 'ollama')?.path.value ?? null
}

/** A recipe that was made ready for a machine says which; another takes what is there. */
function usesInstalled(context: PlanContext): boolean {
  const { build, archives } = context.recipe.engine
  return build === 'installed' || (archives === undefined && installed(context) !== null)
}

function programOf(context: PlanContext): string {
  if (!usesInstalled(context)) return join(folderOf(context), 'bin', 'ollama')
  const program = installed(context)
  if (program !== null) return program
  throw new Problem({
    what: 'There is no ollama here, and the recipe wants the one that is installed.',
    why: `It was made with ${context.recipe.engine.version}.`,
    next: 'Install Ollama, or take engine.build out of the recipe: rigup then fetches its own copy.',
    exit: 'machine',
  })
}

function folderOf(context: PlanContext): string {
  return join(installPaths(context).engine, 'ollama')
}

function unpackOllama(context: PlanContext): Action {
  const { engine } = installPaths(context)
  const { version, archives } = context.recipe.engine
  const release = archives ?? pinnedArchives(context)
  const tag = archives === undefined ? ollamaRelease.version : version
  // Without a server it says: `Warning: client version is 0.32.7`.
  const answers: Check = { kind: 'command', argv: [programOf(context), '--version'], contains: tag }
  return action(
    {
      id: 'ollama',
      title: `Ollama ${tag}`,
      reason: 'Unpacked without root beside the recipe; nothing under /usr is touched and no service is made.',
      operations: [
        { kind: 'make-directory', path: engine },
        { kind: 'make-directory', path: folderOf(context) },
        ...release.flatMap(({ file, sha256 }) =>
          unpackRelease(
            context,
            { repository: 'ollama/ollama', tag: `v${tag}`, file, sha256, savedAs: `${tag}-${file}` },
            folderOf(context),
          ),
        ),
      ],
    },
    {
      check: [answers],
      verify: [answers],
      undo: [{ kind: 'remove', path: engine }],
      downloadBytes: ollamaRelease.downloadBytes,
      diskBytes: ollamaRelease.diskBytes,
    },
  )
}

function pinnedArchives({ recipe, machine }: PlanContext): { file: string; sha256: string }[] {
  const { file, sha256, architecture, version } = ollamaRelease
  const processor = machine.cpu.architecture.value ?? architecture
  if (processor === architecture && ['newest', version].includes(recipe.engine.version)) return [{ file, sha256 }]
  throw new Problem({
    what: `rigup has no checksum for Ollama ${recipe.engine.version} on ${processor}.`,
    why: `It pins ${version} for ${architecture}, and installs nothing from the network that it cannot verify.`,
    next: 'Install Ollama from https://ollama.com/download, then run rigup again: it uses the one it finds.',
    exit: 'machine',
  })
}

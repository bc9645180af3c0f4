import { join } from 'node:path'
import { uvVersion } from '../../knowledge/uv.ts'
import { installPaths, type PlanContext } from '../context.ts'
import { type Action, action } from '../plan.ts'
import type { Serve } from '../serve.ts'
import { type Container, containerArguments } from './container.ts'
import type { EnginePlanner } from './engine-planner.ts'
import { modelArgument, vllmServe } from './vllm-serve.ts'

/** vLLM from its own container images: CUDA, ROCm and XPU differ in how the cards are handed in. */
export const vllmImage: EnginePlanner = {
  install(context) {
    return [pullAction(context)]
  },

  // The engine in the container fetches into the mounted cache; there is nothing on the host to fetch with.
  fetchModel: () => [],

  serve(context, purpose): Serve {
    const tool = containerTool(context)
    const container = vllmContainer(context, purpose)
    return {
      ...vllmServe(context, purpose, [], {}),
      argv: containerArguments(container, tool),
      environment: {},
      cleanUp: [[tool, 'stop', container.name]],
    }
  },
}

/** vLLM's container of a recipe: the host's network and shared memory, its cards, and caches that outlive it. */
export function vllmContainer(context: PlanContext, purpose: Serve['purpose']): Container {
  const { recipe } = context
  const paths = installPaths(context, uvVersion)
  const { argv: flags, environment } = vllmServe(context, purpose, [], {})
  // The cache of the host is mounted where the image looks for it.
  const { HF_HOME: _, ...inside } = environment
  const model = purpose === 'proof' ? '/rigup/proof-model' : containerModel(context)
  const ownModel =
    purpose === 'proof'
      ? [{ host: paths.proofModel, container: '/rigup/proof-model', readOnly: true }]
      : recipe.model.source === 'local'
        ? [{ host: recipe.model.id, container: '/rigup/model', readOnly: true }]
        : []
  return {
    name: `rigup-${recipe.name}`,
    image: imageReference(context),
    ...deviceAccess(context),
    environment: inside,
    secrets: ['HF_TOKEN', 'VLLM_API_KEY'],
    volumes: [
      { host: modelCacheOf(context), container: '/root/.cache/huggingface' },
      { host: join(paths.engine, 'vllm-cache'), container: '/root/.cache/vllm' },
      ...ownModel,
    ],
    command: ['--model', model, '--host', recipe.server.host, '--port', String(recipe.server.port), ...flags],
  }
}

function containerTool({ recipe }: PlanContext): string {
  return recipe.engine.containerTool ?? 'docker'
}

function containerModel({ recipe }: PlanContext): string {
  return recipe.model.source === 'local' ? '/rigup/model' : modelArgument(recipe)
}

function modelCacheOf({ recipe, directories }: PlanContext): string {
  return recipe.install.modelCache ?? join(directories.cache, '..', 'huggingface')
}

/** `name@sha256:...` where the digest is known, and else the tag. */
export function imageReference({ recipe }: PlanContext): string {
  const { image, digest } = recipe.engine
  const name = image ?? 'vllm/vllm-openai'
  return digest ? `${name.replace(/:[^:/]+$/, '')}@${digest}` : name
}

/** How the cards reach the container. The groups are numeric: names differ between host and image. */
function deviceAccess({
  recipe,
  machine,
}: PlanContext): Pick<Container, 'gpus' | 'devices' | 'groups' | 'capabilities' | 'securityOptions'> {
  const none = { gpus: 'none', devices: [], groups: [], capabilities: [], securityOptions: [] } as const
  switch (recipe.engine.route) {
    case 'vllm-rocm-image': {
      const groups = (machine.user.groups.value ?? []).filter((group) => /^(video|render)/.test(group))
      return {
        gpus: 'none',
        devices: ['/dev/kfd', '/dev/dri'],
        groups: groups.map((group) => /\((\d+)\)/.exec(group)?.[1] ?? group),
        capabilities: ['SYS_PTRACE'],
        securityOptions: ['seccomp=unconfined'],
      }
    }
    case 'vllm-xpu-image':
      return { ...none, devices: ['/dev/dri'] }
    default:
      return { ...none, gpus: 'nvidia' }
  }
}

function pullAction(context: PlanContext): Action {
  const reference = imageReference(context)
  const tool = containerTool(context)
  const there = { kind: 'command' as const, argv: [tool, 'image', 'inspect', '--format', '{{.Id}}', reference] }
  return action(
    {
      id: 'image',
      title: `image ${reference}`,
      reason: context.recipe.engine.digest
        ? 'Pulled by digest, so that it is the image that was proved to work.'
        : 'The digest of what is pulled is saved in the recipe.',
      operations: [{ kind: 'run', argv: [tool, 'pull', reference], progress: 'docker' }],
    },
    {
      check: [there],
      verify: [there],
      undo: [{ kind: 'run', argv: [tool, 'image', 'rm', reference] }],
      diskBytes: 30_000_000_000,
    },
  )
}

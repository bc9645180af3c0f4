import { join } from 'node:path'
import { uvVersion } from '../../knowledge/uv.ts'
import { installPaths, type PlanContext } from '../context.ts'
import { type Action, action } from '../plan.ts'
import type { Serve } from '../serve.ts'
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
    const { recipe } = context
    const paths = installPaths(context, uvVersion)
    const name = containerName(context)
    const model = purpose === 'proof' ? '/rigup/proof-model' : containerModel(context)
    const serve = vllmServe(context, purpose, [], {})
    const argv = [
      containerTool(context),
      'run',
      '--rm',
      '--name',
      name,
      '--init',
      '--ipc=host',
      '--network=host',
      ...deviceArguments(context),
    ]
    // Names only for what is a secret: the tool takes the value from its own environment.
    argv.push('--env', 'HF_TOKEN', '--env', 'VLLM_API_KEY')
    for (const [key, value] of Object.entries(serve.environment)) {
      if (key !== 'HF_HOME') argv.push('--env', `${key}=${value}`)
    }
    argv.push('--volume', `${modelCacheOf(context)}:/root/.cache/huggingface`)
    argv.push('--volume', `${join(paths.engine, 'vllm-cache')}:/root/.cache/vllm`)
    if (purpose === 'proof') argv.push('--volume', `${paths.proofModel}:/rigup/proof-model:ro`)
    if (purpose === 'model' && recipe.model.source === 'local')
      argv.push('--volume', `${recipe.model.id}:/rigup/model:ro`)
    argv.push(
      imageReference(context),
      '--model',
      model,
      '--host',
      recipe.server.host,
      '--port',
      String(recipe.server.port),
    )
    return {
      ...serve,
      argv: [...argv, ...serve.argv],
      environment: {},
      cleanUp: [[containerTool(context), 'stop', name]],
    }
  },
}

function containerTool({ recipe }: PlanContext): string {
  return recipe.engine.containerTool ?? 'docker'
}

function containerName({ recipe }: PlanContext): string {
  return `rigup-${recipe.name}`
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
function deviceArguments({ recipe, machine }: PlanContext): string[] {
  if (recipe.engine.route === 'vllm-rocm-image') {
    const groups = (machine.user.groups.value ?? []).filter((group) => /^(video|render)/.test(group))
    return [
      '--device=/dev/kfd',
      '--device=/dev/dri',
      ...groups.map((group) => `--group-add=${/\((\d+)\)/.exec(group)?.[1] ?? group}`),
      '--cap-add=SYS_PTRACE',
      '--security-opt=seccomp=unconfined',
    ]
  }
  if (recipe.engine.route === 'vllm-xpu-image') return ['--device=/dev/dri']
  if (recipe.engine.containerTool === 'podman') return ['--device=nvidia.com/gpu=all']
  return ['--gpus=all']
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

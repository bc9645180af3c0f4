import { join } from 'node:path'
import { isBefore } from '../../knowledge/vllm/version.ts'
import { isCpuRoute } from '../../recipe/schema/route.ts'
import { installPaths, type PlanContext } from '../context.ts'
import { type Action, action } from '../plan.ts'
import type { Serve } from '../serve.ts'
import { type Container, containerArguments } from './container.ts'
import type { EnginePlanner } from './engine-planner.ts'
import { modelArgument, vllmServe } from './vllm-serve.ts'

/** Where things of the host are inside the container. */
const inside = {
  home: '/rigup/home',
  hubCache: '/rigup/huggingface',
  model: '/rigup/model',
  proofModel: '/rigup/proof-model',
} as const

/** Taken from the environment of whoever starts the container: where the hub is, how to get there, and as whom. */
const inherited = [
  ...['HF_TOKEN', 'HF_ENDPOINT', 'VLLM_API_KEY'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
]

/** The first release whose images work as any user (vllm-project/vllm#40275). */
const anyUserSince = '0.20.0'

/** vLLM from its own container images: CUDA, ROCm, XPU and CPU differ in how the devices are handed in. */
export const vllmImage: EnginePlanner = {
  install(context) {
    return [foldersAction(context), pullAction(context)]
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
      cleanUp: [
        [tool, 'stop', '--time', '30', container.name],
        [tool, 'rm', '--force', container.name],
      ],
    }
  },
}

/** vLLM's container of a recipe: the host's network and shared memory, its cards, and caches that outlive it. */
export function vllmContainer(context: PlanContext, purpose: Serve['purpose']): Container {
  const { recipe, machine } = context
  const { argv: flags, environment } = vllmServe(context, purpose, [], {})
  const model = purpose === 'proof' ? inside.proofModel : containerModel(context)
  return {
    // One for each recipe: a start takes the place of what a killed run left behind.
    name: `rigup-${recipe.name}`,
    image: imageReference(context),
    entrypoint: 'vllm',
    user: runsAsUser(context) ? machine.user.uid.value : null,
    limits: recipe.memory.limits,
    ...deviceAccess(context),
    environment: {
      ...environment,
      HF_HOME: inside.hubCache,
      // A user that is asked for by number has neither name nor home in the image.
      ...(keepsHome(context) ? { HOME: inside.home, USER: 'rigup' } : {}),
    },
    inherited,
    volumes: [
      { host: hubCacheOf(context), container: inside.hubCache },
      ...(keepsHome(context) ? [{ host: homeOf(context), container: inside.home }] : []),
      ...modelVolume(context, purpose),
    ],
    command: ['serve', model, '--host', recipe.server.host, '--port', String(recipe.server.port), ...flags],
  }
}

function modelVolume(context: PlanContext, purpose: Serve['purpose']): Container['volumes'] {
  const { model } = context.recipe
  if (purpose === 'proof') {
    return [{ host: installPaths(context).proofModel, container: inside.proofModel, readOnly: true }]
  }
  return model.source === 'local' ? [{ host: model.id, container: inside.model, readOnly: true }] : []
}

function containerModel({ recipe }: PlanContext): string {
  return recipe.model.source === 'local' ? inside.model : modelArgument(recipe)
}

function containerTool({ recipe }: Pick<PlanContext, 'recipe'>): 'docker' | 'podman' {
  return recipe.engine.containerTool ?? 'docker'
}

/**
 * True where the container runs as the operator, so that what it writes into mounted folders is the operator's. Podman without root
 * does so by itself; docker's daemon is root.
 */
function runsAsUser({ recipe, machine }: PlanContext): boolean {
  const { route, version } = recipe.engine
  const isOld = version !== 'newest' && isBefore(version, anyUserSince)
  const isPossible = route !== 'vllm-rocm-image' && !isOld
  return containerTool({ recipe }) === 'docker' && (machine.user.uid.value ?? 0) > 0 && isPossible
}

/** What is compiled at a start is kept for the next one, unless files of root's would then lie among the operator's. */
function keepsHome(context: PlanContext): boolean {
  return containerTool(context) === 'podman' || context.machine.user.uid.value === 0 || runsAsUser(context)
}

function homeOf(context: PlanContext): string {
  return join(installPaths(context).engine, 'home')
}

function hubCacheOf({ recipe, directories }: PlanContext): string {
  return recipe.install.modelCache ?? join(directories.cache, '..', 'huggingface')
}

/** `name@sha256:...` where the digest is known, and else the tag. */
function imageReference({ recipe }: Pick<PlanContext, 'recipe'>): string {
  const { image, digest } = recipe.engine
  const name = image ?? 'docker.io/vllm/vllm-openai:latest'
  return digest ? `${name.replace(/:[^:/]+$/, '')}@${digest}` : name
}

/** How the devices reach the container. The groups are numeric: names differ between host and image. */
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
    case 'vllm-cpu-image':
      // Binding memory to NUMA nodes takes system calls that containers are refused (vLLM: installation for CPUs).
      return { ...none, capabilities: ['SYS_NICE'], securityOptions: ['seccomp=unconfined'] }
    default:
      return { ...none, gpus: 'nvidia' }
  }
}

/** docker makes a mounted folder that is missing itself, as root's; podman refuses to start. */
function foldersAction(context: PlanContext): Action {
  const paths = installPaths(context)
  const folders = [paths.engine, ...(keepsHome(context) ? [homeOf(context)] : []), hubCacheOf(context)]
  return action(
    {
      id: 'container-folders',
      title: 'folders that the container sees',
      reason: 'Made by you before the container starts: docker would make them itself, as root’s.',
      operations: folders.map((path) => ({ kind: 'make-directory', path })),
    },
    {
      check: folders.map((path) => ({ kind: 'path-exists', path })),
      undo: [{ kind: 'remove', path: paths.engine }],
    },
  )
}

function pullAction(context: PlanContext): Action {
  const { engine } = context.recipe
  const reference = imageReference(context)
  const tool = containerTool(context)
  const there = { kind: 'command' as const, argv: [tool, 'image', 'inspect', '--format', '{{.Id}}', reference] }
  return action(
    {
      id: 'image',
      title: `image ${reference.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1')}`,
      reason: engine.digest
        ? 'Pulled by digest, so that it is the image that was proved to work.'
        : 'The digest of what is pulled is saved in the recipe.',
      operations: [{ kind: 'pull', tool, image: reference }],
    },
    {
      check: [there],
      verify: [there],
      undo: [{ kind: 'run', argv: [tool, 'image', 'rm', reference] }],
      diskBytes: isCpuRoute(engine.route) ? 5_000_000_000 : 30_000_000_000,
    },
  )
}

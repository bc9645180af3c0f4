import { engines } from '../../knowledge/engines.ts'
import { driverFloors } from '../../knowledge/vllm/builds.ts'
import { exactVersion } from '../../knowledge/vllm/releases.ts'
import { isAtLeast, isBefore } from '../../knowledge/vllm/version.ts'
import type { Machine } from '../../machine/schema.ts'
import type { Recipe } from '../../recipe/schema/recipe.ts'
import { engineOf, isCpuRoute, isVllmRoute } from '../../recipe/schema/route.ts'
import type { Advice } from '../advice.ts'
import { generationAdvice, runnerV2Since, v0GoneSince } from '../engine-options.ts'
import { driverMajor } from '../engine-routes/cuda-target.ts'
import { routesFor } from '../engine-routes/routes.ts'
import { cardList } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { modelForRoute } from '../model-for-route.ts'
import { sources } from '../sources.ts'
import { cardsOf, isVllm } from './recipe-facts.ts'

/** The route on this machine, the generation in this version, and the cards that the layout names. */
export function engineContradictions(recipe: Recipe, machine: Machine): Advice[] {
  return [
    ...route(recipe, machine),
    ...modelOfEngine(recipe),
    ...cudaBuild(recipe, machine),
    ...generation(recipe, machine),
    ...cards(recipe, machine),
  ]
}

function route({ engine }: Recipe, machine: Machine): Advice[] {
  const version =
    isVllmRoute(engine.route) && engine.version !== 'newest' ? engine.version.replace(/\+.*$/, '') : undefined
  const here = routesFor(machine, { version }).find((one) => one.route === engine.route)
  return here?.why.filter(({ kind }) => kind === 'refuse') ?? []
}

/** A model under a name that the engine does not know: a hub id for Ollama, a GGUF for vLLM. */
function modelOfEngine({ engine, model }: Recipe): Advice[] {
  const { set, advice } = modelForRoute(engine.route, model)
  const refusals = advice.filter(({ kind }) => kind === 'refuse')
  const id = set['model.id']
  if (refusals.length > 0 || typeof id !== 'string') return refusals
  const source = typeof set['model.source'] === 'string' ? set['model.source'] : model.source
  return [
    makeAdvice(
      'refuse',
      {
        id: 'model-under-another-name',
        about: 'model.id',
        what: `${engines[engineOf(engine.route)].title} has ${model.id} under another name.`,
        why: 'It reads GGUF files, not the checkpoint that vLLM reads.',
        source: sources.ggufCopies,
      },
      { facts: ['model.id'], instead: `Model source ${source}, id ${id}.` },
    ),
  ]
}

/** A build for CUDA 13 on a driver that runs CUDA 12 at most. */
function cudaBuild(recipe: Recipe, machine: Machine): Advice[] {
  const { engine } = recipe
  if (engine.route !== 'vllm-cuda-wheel') return []
  const build = /cu(\d\d)\d$/.exec(/\+(cu\d+)$/.exec(engine.version)?.[1] ?? engine.torchBackend ?? '')?.[1]
  const drivers = cardsOf(recipe, machine)
    .map(driverMajor)
    .filter((driver) => driver !== null)
  const driver = Math.min(...drivers)
  if (build !== '13' || driver >= driverFloors[13]) return []
  return [
    makeAdvice(
      'refuse',
      {
        id: 'cuda-build-newer-than-driver',
        about: 'engine.torchBackend',
        what: 'This build is for CUDA 13, and the driver runs CUDA 12 at most.',
        why: `CUDA 13 needs driver R${driverFloors[13]}; this machine has R${driver}.`,
        source: sources.cudaCompatibility,
      },
      {
        facts: ['gpus'],
        instead: 'Leave version and torch build open: rigup then takes the build for CUDA 12.9. Or update the driver.',
      },
    ),
  ]
}

function generation(recipe: Recipe, machine: Machine): Advice[] {
  if (!isVllm(recipe)) return []
  const { engine, server } = recipe
  const version = exactVersion(recipe.engine.version)
  const asksV0 = engine.generation === 'v0' || server.environment.VLLM_USE_V1 === '0'
  const source = generationAdvice(version).why[0]?.source ?? { title: 'vLLM releases' }
  const found: Advice[] = []
  if (asksV0 && isAtLeast(version, v0GoneSince)) {
    found.push(
      makeAdvice(
        'refuse',
        {
          id: 'v0-gone',
          about: engine.generation === 'v0' ? 'engine.generation' : 'server.environment',
          what: `vLLM ${version} has no V0 engine.`,
          why: isBefore(version, '0.11.1')
            ? 'VLLM_USE_V1=0 ends in an AssertionError without a text.'
            : 'VLLM_USE_V1 is not read any more: V1 would start all the same, with a warning.',
          source,
        },
        {
          facts: ['engine.version'],
          instead: 'Generation auto with compilation none; or pin vLLM 0.10.2, the last with V0.',
        },
      ),
    )
  }
  if (['runner-v1', 'runner-v2'].includes(engine.generation) && isBefore(version, runnerV2Since)) {
    found.push(
      makeAdvice(
        'refuse',
        {
          id: 'runner-not-yet',
          about: 'engine.generation',
          what: `vLLM ${version} has no choice of model runner.`,
          why: `VLLM_USE_V2_MODEL_RUNNER came with ${runnerV2Since}.`,
          source,
        },
        { facts: ['engine.version'], instead: 'Generation auto.' },
      ),
    )
  }
  const pinned = server.environment.VLLM_WSL2_ENABLE_PIN_MEMORY === '1'
  if (machine.os.wsl.value === true && isAtLeast(version, '0.25.0') && engine.generation !== 'runner-v1' && !pinned) {
    found.push(
      makeAdvice(
        'warn',
        {
          id: 'runner-v2-on-wsl',
          about: 'engine.generation',
          what: 'Model runner V2 stops on WSL with `UVA is not available`.',
          why: 'It needs pinned memory, which vLLM switches off there.',
          source,
        },
        { facts: ['os.wsl'], instead: 'Set VLLM_WSL2_ENABLE_PIN_MEMORY=1, or generation runner-v1.' },
      ),
    )
  }
  return found
}

function cards(recipe: Recipe, machine: Machine): Advice[] {
  const { layout, engine } = recipe
  if (!isVllm(recipe) || isCpuRoute(engine.route)) return []
  const source = { title: 'vLLM: ParallelConfig' }
  const missing = (layout.gpus ?? []).filter((index) => !machine.gpus.some((gpu) => gpu.index === index))
  if (missing.length > 0) {
    return [
      makeAdvice(
        'refuse',
        {
          id: 'cards-missing',
          about: 'layout.gpus',
          what: `This machine has no GPU ${missing.map((index) => `#${index}`).join(', ')}.`,
          why: `It has ${machine.gpus.length === 0 ? 'none' : cardList(machine.gpus)}.`,
          source,
        },
        { facts: ['gpus'], instead: 'Leave layout.gpus out, or choose among those there.' },
      ),
    ]
  }
  const usable = cardsOf(recipe, machine)
  const wanted = layout.tensorParallel * layout.pipelineParallel
  if (usable.length === 0 || wanted <= usable.length) return []
  return [
    makeAdvice(
      'refuse',
      {
        id: 'more-cards-than-there-are',
        about: 'layout.tensorParallel',
        what: `TP ${layout.tensorParallel} x PP ${layout.pipelineParallel} needs ${wanted} cards; ${usable.length} ${usable.length === 1 ? 'is' : 'are'} there.`,
        why: 'vLLM stops with `World size is larger than the number of available GPUs`.',
        source,
      },
      { facts: ['gpus'], instead: `A layout over ${usable.length} or fewer.` },
    ),
  ]
}

import type { Machine } from '../machine/schema.ts'
import type { FieldPath } from '../recipe/fields.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import { isCpuRoute, isWheelRoute } from '../recipe/schema/route.ts'
import type { Advice } from './advice.ts'
import { makeAdvice } from './make-advice.ts'

/** Fields to set, and why. */
export type FieldAdvice = { set: Readonly<Record<FieldPath, unknown>>; advice: readonly Advice[] }

const uvAndPip = { title: 'uv: compatibility with pip', reference: 'https://docs.astral.sh/uv/pip/compatibility/' }

/**
 * Where a recipe's Python packages come from on this machine: the indexes and folders that its administrator set for pip or uv,
 * and, for an engine on the CPU, a build of torch for CPUs with nothing beside it that was made for CUDA's.
 */
export function pythonPackages(machine: Machine, engine: Pick<Recipe['engine'], 'route' | 'package'>): FieldAdvice {
  // llama.cpp needs the index only where it is built from the index's source.
  const isBuilt = engine.route === 'llama-cpp' && engine.package !== undefined
  if (!isWheelRoute(engine.route) && !isBuilt) return { set: {}, advice: [] }
  const configured = configuredPlaces(machine)
  const torch = isCpuRoute(engine.route) ? torchForCpu(machine, engine.package ?? 'vllm') : { set: {}, advice: [] }
  return { set: { ...configured.set, ...torch.set }, advice: [...configured.advice, ...torch.advice] }
}

function configuredPlaces({ packaging }: Machine): FieldAdvice {
  const set: Record<FieldPath, unknown> = {}
  if (packaging.index.value) set['packages.index'] = packaging.index.value
  if (packaging.extraIndexes.value?.length) set['packages.extraIndexes'] = packaging.extraIndexes.value
  if (packaging.findLinks.value?.length) set['packages.findLinks'] = packaging.findLinks.value
  if (packaging.certificate.value) set['packages.certificate'] = packaging.certificate.value
  if (Object.keys(set).length === 0) return { set, advice: [] }
  const places = [set['packages.index'], set['packages.extraIndexes'], set['packages.findLinks']].flat().filter(Boolean)
  return {
    set,
    advice: [
      makeAdvice(
        'note',
        {
          id: 'packages-as-configured',
          about: 'packages',
          what:
            places.length > 0
              ? `Packages come from what is set for pip here: ${places.join(', ')}.`
              : 'The certificates that are set here are used for downloads.',
          why: 'uv does not read pip’s configuration, so rigup passes it on; credentials stay out of the recipe.',
          source: uvAndPip,
        },
        { facts: ['packaging.index', 'packaging.extraIndexes', 'packaging.findLinks', 'packaging.certificate'] },
      ),
    ],
  }
}

/** Packages that are built against one torch each; those of the index belong to CUDA's. */
const builtAgainstTorch = ['torchaudio', 'torchcodec', 'torchvision', 'triton']

function torchForCpu(machine: Machine, distribution: string): FieldAdvice {
  const wheels = (machine.packaging.localWheels.value ?? []).map(readWheelName).filter((wheel) => wheel !== null)
  const torch = wheels.find((wheel) => wheel.name === 'torch' && wheel.version.endsWith('+cpu'))
  if (!torch) {
    return {
      set: { 'engine.torchBackend': 'cpu' },
      advice: [
        makeAdvice('note', {
          id: 'torch-cpu-index',
          about: 'engine.torchBackend',
          what: 'torch comes from its own index of CPU builds.',
          why: 'The build on the Python package index brings several GB of CUDA libraries that a machine without a GPU has no use for.',
          source: {
            title: 'uv: installing PyTorch',
            reference: 'https://docs.astral.sh/uv/guides/integration/pytorch/',
          },
        }),
      ],
    }
  }
  const left = builtAgainstTorch.filter(
    (name) => !wheels.some((wheel) => wheel.name === name && wheel.version.endsWith('+cpu')),
  )
  const set: Record<FieldPath, unknown> = { 'packages.leaveOut': left }
  const advice: Advice[] = []
  if (torch.python !== null) {
    set['engine.python'] = torch.python
    advice.push(
      makeAdvice(
        'recommend',
        {
          id: 'python-of-the-torch-wheel',
          about: 'engine.python',
          what: `Python ${torch.python}.`,
          why: `The torch wheel that lies on this machine (${torch.version}) is made for Python ${torch.python} and no other.`,
          source: {
            title: 'Platform compatibility tags',
            reference: 'https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/',
          },
        },
        { facts: ['packaging.localWheels'], wouldChange: 'a torch wheel for another Python in that folder' },
      ),
    )
  }
  if (left.length > 0) {
    advice.push(
      makeAdvice(
        'recommend',
        {
          id: 'leave-out-cuda-companions',
          about: 'packages.leaveOut',
          what: `Left out: ${left.join(', ')}.`,
          why: `Only builds against CUDA’s torch can be had here; beside a CPU torch they break ${distribution} at start (operator torchvision::nms does not exist). Text models need none of them.`,
          source: {
            title: 'torchvision and torch must be of one build',
            reference: 'https://github.com/pytorch/vision#installation',
          },
        },
        { facts: ['packaging.localWheels'], wouldChange: 'CPU builds of them in the same place' },
      ),
    )
  }
  return { set, advice }
}

type WheelName = { name: string; version: string; python: string | null }

/** Name, version and Python (`3.11`; null where any will do) of a wheel's file name (PEP 427); null where it is none. */
function readWheelName(file: string): WheelName | null {
  const match = /^([A-Za-z0-9_.]+)-([^-]+)(?:-\d[^-]*)?-([^-]+)-([^-]+)-[^-]+\.whl$/.exec(decodeURIComponent(file))
  if (!match) return null
  const [, name = '', version = '', pythonTag = '', abi = ''] = match
  const minor = /^cp3(\d+)$/.exec(pythonTag)?.[1]
  return {
    name: name.toLowerCase().replaceAll('_', '-'),
    version,
    python: minor && abi !== 'abi3' ? `3.${minor}` : null,
  }
}

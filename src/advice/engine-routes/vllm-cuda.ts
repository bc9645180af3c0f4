import { imageOf } from '../../knowledge/images.ts'
import { cudaWheelGlibc, wheelIndex, wheelSizes } from '../../knowledge/vllm/builds.ts'
import { exactVersion } from '../../knowledge/vllm/releases.ts'
import { toolOf } from '../../machine/find.ts'
import type { Machine } from '../../machine/schema.ts'
import type { Advice } from '../advice.ts'
import { compilationAdvice, generationAdvice } from '../engine-options.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'
import { type CudaTarget, cudaTarget, driverMajor } from './cuda-target.ts'
import { containerTool, wheelNeeds } from './host-needs.ts'
import { type RouteAdvice, type RouteWish, routeAdvice } from './route-advice.ts'

/** vLLM from wheels on the NVIDIA cards of this machine. */
export function cudaWheel(machine: Machine, wish: RouteWish): RouteAdvice {
  const target = cudaTarget(machine, wish)
  const glibc = target.release?.glibc ?? cudaWheelGlibc
  const why = [...target.why, ...wheelNeeds(machine, glibc, ['x86_64', 'aarch64'], 'The wheel')]
  const installed = installedVllm(machine, 'cuda')
  const compilation = compilationAdvice(machine, target.release?.version ?? 'newest')
  const version = target.onPypi ? target.version : `${exactVersion(target.version)}+${target.build}`
  return routeAdvice(
    {
      route: 'vllm-cuda-wheel',
      title: `vLLM ${exactVersion(target.version)}, CUDA wheel (${target.build})`,
      publisher: target.onPypi ? 'the vLLM project, on PyPI' : 'the vLLM project, on wheels.vllm.ai',
      why: [...why, ...compilation.why, ...generationAdvice(target.release?.version ?? 'newest').why],
      action: `uv makes an environment with its own Python and installs ${target.onPypi ? 'vllm from PyPI' : `vllm ${version} from vLLM's index`}.`,
    },
    {
      ...(installed ? { state: 'installed' as const } : {}),
      engine: {
        version,
        package: 'vllm',
        // PyPI's torch is the same CUDA build as PyPI's vLLM, so nothing is asked for there: a mirror may have only PyPI.
        ...(target.onPypi ? {} : { torchBackend: target.build }),
        python: '3.12',
        compilation: compilation.level,
      },
      packages: target.onPypi ? {} : { extraIndexes: [wheelIndex(exactVersion(target.version), target.build)] },
      environment: compilation.environment,
      ...wheelSizes.cuda,
    },
  )
}

/** vLLM's CUDA image, run by docker or podman. */
export function cudaImage(machine: Machine, wish: RouteWish): RouteAdvice {
  const target = cudaTarget(machine, wish)
  const container = containerTool(machine)
  const image = imageOf('cuda', target.version, target.onPypi ? '' : target.build)
  return routeAdvice(
    {
      route: 'vllm-cuda-image',
      title: `vLLM ${exactVersion(target.version)}, CUDA image (${target.build})`,
      publisher: 'the vLLM project, on Docker Hub',
      why: [...target.why, ...container.why, ...toolkitNeeds(machine, container.tool), ...compatibility(target)],
      action: `${container.tool ?? 'docker or podman'} pulls ${image} and rigup pins its digest.`,
    },
    {
      engine: {
        version: target.version,
        image,
        ...(container.tool ? { containerTool: container.tool } : {}),
      },
    },
  )
}

/** The tool `vllm`, where what is installed is for that target. */
export function installedVllm(machine: Machine, target: 'cuda' | 'rocm' | 'cpu'): boolean {
  const tool = toolOf(machine, 'vllm')
  if (tool === null) return false
  const text = `${tool.version.value ?? ''} ${tool.note ?? ''}`.toLowerCase()
  const builds = { cpu: /\bcpu\b/, rocm: /\brocm/, cuda: /\bcuda|\bcu1\d\d/ }
  if (/illegal instruction|sigill|does not (run|start|answer)|broken/.test(text)) return false
  return target === 'cuda' ? !builds.cpu.test(text) && !builds.rocm.test(text) : builds[target].test(text)
}

function toolkitNeeds(machine: Machine, tool: 'docker' | 'podman' | null): Advice[] {
  if (tool === null || toolOf(machine, 'nvidia-container-toolkit', 'nvidia-ctk')) return []
  return [
    makeAdvice(
      'warn',
      {
        id: 'nvidia-container-toolkit-missing',
        about: 'engine.containerTool',
        what: 'The NVIDIA container toolkit is missing.',
        why: `Without it ${tool} cannot hand the cards to a container: \`could not select device driver "" with capabilities: [[gpu]]\`.`,
        source: {
          title: 'NVIDIA container toolkit',
          reference: 'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/',
        },
      },
      { facts: ['tools'], instead: 'Install nvidia-container-toolkit, or choose the wheel.' },
    ),
  ]
}

/** Old drivers of data centre cards run the CUDA 13 image with NVIDIA's compatibility libraries; GeForce cards never do. */
function compatibility(target: CudaTarget): Advice[] {
  const card = target.cards[0]
  const driver = card ? driverMajor(card) : null
  if (!card || driver === null || driver >= 580 || target.onPypi) return []
  const workstation = /geforce|rtx \d{4}|gtx|titan/i.test(card.name.value ?? '')
  if (workstation || ![535, 550, 570].includes(driver)) return []
  return [
    makeAdvice(
      'note',
      {
        id: 'cuda-forward-compatibility',
        about: 'server.environment',
        what: 'The CUDA 13 image runs here too, with VLLM_ENABLE_CUDA_COMPATIBILITY=1.',
        why: 'On data centre cards NVIDIA supports newer CUDA on the long-term drivers through compatibility libraries.',
        source: sources.cudaCompatibility,
      },
      { sure: 'likely' },
    ),
  ]
}

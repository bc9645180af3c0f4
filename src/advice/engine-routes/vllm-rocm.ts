import { imageOf } from '../../knowledge/images.ts'
import { rocmBuild, wheelIndex, wheelSizes } from '../../knowledge/vllm/builds.ts'
import { newestRelease } from '../../knowledge/vllm/releases.ts'
import type { Gpu, Machine } from '../../machine/schema.ts'
import type { Advice } from '../advice.ts'
import { cardList, gpuFact, gpusOf, listed, versionAtLeast } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { containerTool, wheelNeeds } from './host-needs.ts'
import { type RouteAdvice, type RouteWish, routeAdvice } from './route-advice.ts'
import { installedVllm } from './vllm-cuda.ts'

const rocmSource = {
  title: 'vLLM: ROCm installation and Dockerfile.rocm_base',
  reference: 'https://docs.vllm.ai/en/latest/getting_started/installation/gpu/',
}

/** vLLM's ROCm wheel: Python 3.12, glibc 2.39, ROCm 7.2 on the host. */
export function rocmWheel(machine: Machine, wish: RouteWish): RouteAdvice {
  const cards = rocmCards(machine)
  const version = wish.version ?? newestRelease().version
  const why = [
    ...cards.why,
    ...wheelNeeds(machine, rocmBuild.glibc, ['x86_64'], 'The ROCm wheel'),
    ...hostRocm(cards.fit, machine),
  ]
  if (cards.fit.length > 0) {
    why.push(
      makeAdvice('recommend', {
        id: 'rocm-python-3.12',
        about: 'engine.python',
        what: "Python 3.12, uv's own.",
        why: 'With any other Python the installer silently takes the CUDA wheel from PyPI, which stops with `libcudart.so: cannot open shared object file`.',
        source: rocmSource,
      }),
    )
  }
  return routeAdvice(
    {
      route: 'vllm-rocm-wheel',
      title: `vLLM ${version}, ROCm wheel (${rocmBuild.variant})`,
      publisher: 'the vLLM project, on wheels.vllm.ai',
      why,
      action:
        cards.fit.length > 0
          ? `uv installs vllm from vLLM's ROCm index beside the host's ROCm ${rocmBuild.hostRocm}.`
          : sourceBuild(cards.left),
    },
    {
      ...(installedVllm(machine, 'rocm') ? { state: 'installed' as const } : {}),
      engine: { version, package: 'vllm', python: rocmBuild.python },
      packages: { extraIndexes: [wheelIndex(`rocm/${version}`, rocmBuild.variant)] },
      ...(cards.fit.length === 0 && cards.left.length > 0
        ? { diskBytes: rocmBuild.sourceBuildBytes, minutes: 240 }
        : wheelSizes.rocm),
    },
  )
}

/** vLLM's ROCm image: brings its own ROCm and Python, needs the device files. */
export function rocmImage(machine: Machine, wish: RouteWish): RouteAdvice {
  const cards = rocmCards(machine)
  const container = containerTool(machine)
  const image = imageOf('rocm', wish.version ?? 'newest')
  return routeAdvice(
    {
      route: 'vllm-rocm-image',
      title: `vLLM ${wish.version ?? newestRelease().version}, ROCm image`,
      publisher: 'the vLLM project, on Docker Hub',
      why: [...cards.why, ...container.why, ...(cards.fit.length > 0 ? deviceAccess(machine) : [])],
      action:
        cards.fit.length > 0
          ? `${container.tool ?? 'docker or podman'} pulls ${image} and runs it with /dev/kfd, /dev/dri and the groups video and render by number.`
          : sourceBuild(cards.left),
    },
    {
      engine: {
        version: wish.version ?? 'newest',
        image,
        ...(container.tool ? { containerTool: container.tool } : {}),
      },
    },
  )
}

function rocmCards(machine: Machine): { fit: Gpu[]; left: Gpu[]; why: Advice[] } {
  const cards = gpusOf(machine, 'amd')
  const built: readonly string[] = rocmBuild.targets
  const fit = cards.filter((gpu) => built.includes(gpu.arch.value ?? ''))
  const left = cards.filter((gpu) => !fit.includes(gpu))
  if (cards.length === 0) {
    const why = makeAdvice(
      'refuse',
      {
        id: 'no-amd-card',
        about: 'engine.route',
        what: 'Not for this machine.',
        why: 'There is no AMD card in this machine.',
        source: rocmSource,
      },
      { facts: ['gpus'] },
    )
    return { fit, left, why: [why] }
  }
  const facts = left.map((gpu) => gpuFact(gpu, machine, 'arch'))
  const reasons = left.map((gpu) => archReason(gpu))
  if (fit.length === 0) {
    const why = makeAdvice(
      'refuse',
      {
        id: 'rocm-target-not-built',
        about: 'engine.route',
        what: `No wheel and no image of vLLM has kernels for ${listed([...new Set(left.map((gpu) => gpu.arch.value ?? 'an unknown card'))])}.`,
        why: reasons.join(' '),
        source: rocmSource,
      },
      { facts, instead: 'Ollama or llama.cpp run on these cards.' },
    )
    return { fit, left, why: [why] }
  }
  if (left.length === 0) return { fit, left, why: [] }
  const why = makeAdvice(
    'warn',
    {
      id: 'cards-left-out',
      about: 'layout.gpus',
      what: `Leave out ${cardList(left)}.`,
      why: reasons.join(' '),
      source: rocmSource,
    },
    { facts },
  )
  return { fit, left, why: [why] }
}

function archReason(gpu: Gpu): string {
  const arch = gpu.arch.value
  const name = gpu.name.value ?? 'The card'
  if (arch === null) return `Nobody can say what ${name} is: no tool of AMD answers.`
  if (arch === 'gfx906')
    return `${name} (gfx906) is in no build, and Triton for ROCm has no Vega 20, so that even a build from source fails at its first kernel.`
  const sourceOnly: readonly string[] = rocmBuild.sourceOnly
  if (sourceOnly.includes(arch)) return `${name} (${arch}) can only be built for from source.`
  return `${name} (${arch}) is not among vLLM's targets.`
}

function sourceBuild(left: readonly Gpu[]): string {
  const sourceOnly: readonly string[] = rocmBuild.sourceOnly
  if (!left.some((gpu) => sourceOnly.includes(gpu.arch.value ?? ''))) return 'Choose Ollama or llama.cpp.'
  return 'A build from source takes hours and about 60 GB of disk; rigup does not do it. Choose Ollama or llama.cpp.'
}

function hostRocm(fit: readonly Gpu[], machine: Machine): Advice[] {
  const card = fit[0]
  if (!card || versionAtLeast(card.runtime.value, rocmBuild.hostRocm) === true) return []
  return [
    makeAdvice(
      'refuse',
      {
        id: 'host-rocm-missing',
        about: 'engine.route',
        what: `The wheel uses the host's ROCm ${rocmBuild.hostRocm}.`,
        why:
          card.runtime.value === null
            ? 'No ROCm was found under /opt/rocm.'
            : `This host has ROCm ${card.runtime.value}.`,
        source: rocmSource,
      },
      { facts: [gpuFact(card, machine, 'runtime')], instead: 'Use the image, which brings its own ROCm.' },
    ),
  ]
}

function deviceAccess(machine: Machine): Advice[] {
  const groups = machine.user.groups.value
  const root = machine.user.privileges.value === 'root'
  if (root || groups === null || groups.includes('render')) return []
  return [
    makeAdvice(
      'warn',
      {
        id: 'kfd-without-permission',
        about: 'engine.route',
        what: `Add ${machine.user.name.value ?? 'this account'} to the groups render and video.`,
        why: 'Without them the engine says `Unable to open /dev/kfd read-write: Permission denied`.',
        source: rocmSource,
      },
      {
        facts: ['user.groups'],
        instead: `sudo usermod -aG render,video ${machine.user.name.value ?? '$USER'}, then log in again.`,
      },
    ),
  ]
}

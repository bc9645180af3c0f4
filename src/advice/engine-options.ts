import { exactVersion } from '../knowledge/vllm/releases.ts'
import { isAtLeast, isBefore } from '../knowledge/vllm/version.ts'
import { toolOf } from '../machine/find.ts'
import type { Machine } from '../machine/schema.ts'
import type { Advice } from './advice.ts'
import { cpuHas, gpusOf, hasCapability } from './machine-facts.ts'
import { makeAdvice } from './make-advice.ts'

const generations = ['auto', 'v0', 'runner-v1', 'runner-v2'] as const
type Generation = (typeof generations)[number]

/** The first release without the V0 engine. */
export const v0GoneSince = '0.11.0'
/** The release that brought model runner V2 as a choice. */
export const runnerV2Since = '0.12.0'

const v0Source = {
  title: 'vLLM releases 0.8 to 0.11 and their engine arguments',
  reference: 'https://github.com/vllm-project/vllm/releases/tag/v0.11.0',
}
const runnerSource = {
  title: 'vLLM: model runner V2 and its roll-out',
  reference: 'https://github.com/vllm-project/vllm/pull/25266',
  versions: 'vLLM >= 0.12',
}

/** The engine generations that a release offers, `auto` first and recommended, and what to know about them. */
export function generationAdvice(version: string): { choices: Generation[]; why: Advice[] } {
  const exact = exactVersion(version)
  if (isBefore(exact, v0GoneSince)) {
    return {
      choices: ['auto', 'v0'],
      why: [
        makeAdvice('note', {
          id: 'generation-v0-choice',
          about: 'engine.generation',
          what: `vLLM ${exact} still has the V0 engine.`,
          why: 'V0 does not compile at start, which helps on weak CPUs; V1 is faster once it runs.',
          source: v0Source,
        }),
      ],
    }
  }
  const gone = makeAdvice('note', {
    id: 'generation-v0-gone',
    about: 'engine.generation',
    what: 'V0 is not offered: it is gone since 0.11.',
    why: 'From 0.11.2 on VLLM_USE_V1 is ignored with a warning; on 0.11.0 asking for V0 ends in a bare AssertionError.',
    source: v0Source,
  })
  if (isBefore(exact, runnerV2Since)) return { choices: ['auto'], why: [gone] }
  return {
    choices: ['auto', 'runner-v1', 'runner-v2'],
    why: [
      gone,
      makeAdvice('note', {
        id: 'generation-runner',
        about: 'engine.generation',
        what: isAtLeast(exact, '0.29.0')
          ? 'Model runner V2 is the default for every family.'
          : 'The release chooses the model runner by family.',
        why: 'Left alone, vLLM falls back to runner V1 by itself where V2 lacks a feature; forcing V2 turns that into an error.',
        source: runnerSource,
      }),
    ],
  }
}

/** Measured with 0.32 and a small model on two cores of a server: 57 s without compilation, 108 s with it, 67 s once it is cached. */
function levels(cores: number | null): Advice {
  const slow = cores !== null && cores <= 4
  return makeAdvice(
    'note',
    {
      id: 'compilation-levels',
      about: 'engine.compilation',
      what: 'Full compiles and captures graphs, reduced captures a few, none does neither.',
      why: `Compiling adds ${slow ? 'one to several minutes' : 'half a minute to two minutes'} to a first start on this CPU and some seconds to later ones, because it is cached; graphs take 0.3 to 1.5 GiB of a card; without them each token costs more CPU time, which single users feel most.`,
      source: {
        title: 'vLLM: optimization levels; starts measured with 0.32',
        reference: 'https://docs.vllm.ai/en/latest/design/optimization_levels/',
      },
    },
    { facts: ['cpu.cores'], sure: 'likely', wouldChange: 'more or fewer cores' },
  )
}

type CompilationLevel = 'full' | 'reduced' | 'none'

/** How much to compile at start on this machine, with the variables that avoid compilers which are not there. */
export function compilationAdvice(
  machine: Machine,
  version: string,
): { level: CompilationLevel; environment: Record<string, string>; why: Advice[] } {
  const exact = exactVersion(version)
  const why: Advice[] = []
  const cores = machine.cpu.cores.value
  const weak = machine.cpu.architecture.value !== 'aarch64' && cpuHas(machine, 'avx') === false
  const level = weak || (cores !== null && cores <= 2) ? 'none' : 'full'
  if (level === 'none') {
    why.push(
      makeAdvice(
        'recommend',
        {
          id: 'compilation-off-on-weak-cpu',
          about: 'engine.compilation',
          what: 'No compilation and no graph capture at start.',
          why: `${weak ? 'This CPU has no AVX' : `This CPU has ${cores} cores`}, so compiling takes many minutes and is known to fail; each token then costs more CPU time.`,
          source: {
            title: 'vLLM: --enforce-eager',
            reference: 'https://docs.vllm.ai/en/latest/configuration/conserving_memory/',
          },
        },
        { facts: ['cpu.flags', 'cpu.cores'], sure: 'likely', wouldChange: 'a CPU with AVX2 and four or more cores' },
      ),
    )
  }
  why.push(levels(cores))
  const environment: Record<string, string> = {}
  const cuda = gpusOf(machine, 'nvidia')
  const jit = cuda.some((gpu) => hasCapability(gpu, '7.5') === true)
  // From 0.33 on vLLM itself leaves FlashInfer alone where its kernels and nvcc are both missing.
  if (jit && !toolOf(machine, 'nvcc') && isAtLeast(exact, '0.11.0') && isBefore(exact, '0.33.0')) {
    environment.VLLM_USE_FLASHINFER_SAMPLER = '0'
    why.push(
      makeAdvice(
        'recommend',
        {
          id: 'no-nvcc-no-flashinfer-sampler',
          about: 'server.environment',
          what: "Set VLLM_USE_FLASHINFER_SAMPLER=0: use vLLM's own sampler.",
          why: 'FlashInfer compiles its sampler at the first request, and there is no nvcc on this machine.',
          source: {
            title: 'FlashInfer: just-in-time compilation',
            reference: 'https://docs.flashinfer.ai/installation.html',
          },
        },
        { facts: ['tools'], wouldChange: 'an installed CUDA toolkit', sure: 'likely' },
      ),
    )
  }
  if (isAtLeast(exact, '0.33.0') && cuda.some((gpu) => hasCapability(gpu, '9.0') === true)) {
    why.push(
      makeAdvice(
        'note',
        {
          id: 'flashinfer-download-kernels',
          about: 'engine.compilation',
          what: 'Run `vllm download-kernels` once after the installation.',
          why: "Without FlashInfer's finished kernels these cards compile them at every first start, which takes minutes and needs nvcc.",
          source: { title: 'vLLM: utils/flashinfer.py', versions: 'vLLM >= 0.33' },
        },
        { facts: ['gpus', 'tools'] },
      ),
    )
  }
  return { level, environment, why }
}

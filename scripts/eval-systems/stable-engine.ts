import { contradictionsOf } from '../../src/advice/contradictions/contradictions.ts'
import { compilationAdvice, generationAdvice } from '../../src/advice/engine-options.ts'
import { knowsVariable } from '../../src/knowledge/vllm/names.ts'
import { requirementsOf } from '../../src/knowledge/vllm/releases.ts'

import { check, has, launchOf, machine, planFor, recipe, shipped } from './check.ts'

/** S2: the same rig with the stable engine: V0 as it was, and what is the same today. */
export function stableEngine(): void {
  const S = 'S2 stable engine'
  const rig = machine('mining-rig')
  const id = 'Qwen/Qwen2.5-72B-Instruct-GPTQ-Int8'
  const old = {
    engine: { route: 'vllm-cuda-wheel' as const, version: '0.10.2', generation: 'v0' as const },
    layout: { tensorParallel: 8 },
  }
  const asItWas = recipe(id, 'vllm-cuda-wheel', '0.10.2', {
    ...old,
    server: { arguments: { 'swap-space': 1 }, environment: { VLLM_WORKER_MULTIPROC_METHOD: 'spawn' } },
  })
  check(
    S,
    'as it was: V0 in 0.10.2 with swap-space 1 is accepted',
    !contradictionsOf(asItWas, rig).some(({ kind }) => kind === 'refuse'),
    contradictionsOf(asItWas, rig).map((one) => one.id),
  )
  check(
    S,
    'without swap-space 1 it would pin 32 GiB: refused',
    has(contradictionsOf(recipe(id, 'vllm-cuda-wheel', '0.10.2', old), rig), 'swap-space-pins-memory'),
  )
  check(
    S,
    'V0 is offered up to 0.10.2 and never from 0.11 on',
    generationAdvice('0.10.2').choices.includes('v0') && !generationAdvice('0.11.0').choices.includes('v0'),
  )
  const today = recipe(id, 'vllm-cuda-wheel', '0.33.0', { server: { environment: { VLLM_USE_V1: '0' } } })
  check(S, 'VLLM_USE_V1=0 on a current version is refused', has(contradictionsOf(today, rig), 'v0-gone'))
  check(S, "today's equivalent: no compilation, no graphs", compilationAdvice(rig, '0.33.0').level === 'none')
  check(
    S,
    'JIT kernels avoided where nvcc is missing',
    compilationAdvice(rig, '0.32.0').environment.VLLM_USE_FLASHINFER_SAMPLER === '0',
  )
  check(
    S,
    'swap-space on a current version is refused',
    has(
      contradictionsOf(recipe(id, 'vllm-cuda-wheel', '0.33.0', { server: { arguments: { 'swap-space': 1 } } }), rig),
      'unknown-flag-swap-space',
    ),
  )

  const old0102 = planFor(shipped('mining-rig-v0'), rig)
  const launch = launchOf(old0102)
  check(
    S,
    'the shipped recipe asks for V0, spawn, swap-space 1, eager, pinned to 0.10.2',
    launch?.environment.VLLM_USE_V1 === '0' &&
      launch.environment.VLLM_WORKER_MULTIPROC_METHOD === 'spawn' &&
      /--swap-space 1/.test(launch.argv.join(' ')) &&
      /--enforce-eager/.test(launch.argv.join(' ')) &&
      JSON.stringify(old0102).includes('0.10.2'),
    launch?.environment,
  )
  check(
    S,
    'no variable that 0.10.2 does not read',
    Object.keys(launch?.environment ?? {}).every((name) => !name.startsWith('VLLM_') || knowsVariable('0.10.2', name)),
  )
  const needs = requirementsOf('0.10.2')
  check(S, 'torch 2.8 and Python 3.12 go with it', needs?.torch === '==2.8.0' && /3\.14/.test(needs.python), needs)
  const current = launchOf(planFor(shipped('mining-rig'), rig))
  check(
    S,
    "today's recipe compiles nothing and never sets VLLM_USE_V1",
    /--enforce-eager/.test(current?.argv.join(' ') ?? '') && !('VLLM_USE_V1' in (current?.environment ?? {})),
  )
  check(
    S,
    'loading for minutes on two cores is not taken for death',
    (current?.stallSeconds ?? 0) >= 900,
    current?.stallSeconds,
  )
}

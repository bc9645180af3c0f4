import { contradictionsOf } from '../../src/advice/contradictions/contradictions.ts'
import { layoutsFor } from '../../src/advice/layout/layout.ts'
import { layoutModelOf } from '../../src/advice/layout/model.ts'
import { modelFacts } from '../../src/advice/model-facts.ts'
import { retryLadder } from '../../src/advice/retry-ladder.ts'
import { utilizationAdvice } from '../../src/advice/utilization.ts'
import { GiB } from '../../src/core/bytes.ts'

import { check, has, launchOf, machine, model, planFor, recipe, shipped } from './check.ts'

/** S5: a shared server where other people work. */
export function sharedServer(): void {
  const S = 'S5 shared A100'
  const server = machine('shared-a100')
  const [best] = layoutsFor({ machine: server, model: layoutModelOf(model('Qwen/Qwen3-8B').architecture) })
  check(S, 'CUDA_VISIBLE_DEVICES=4 is proposed', best?.environment.CUDA_VISIBLE_DEVICES === '4', best?.environment)
  check(S, 'the busy cards are named with their owners', best !== undefined && has(best.why, 'idle-cards'))
  const others = server.gpus.filter(({ index }) => index === 0)
  const { utilization } = utilizationAdvice(server, others, '0.11.0')
  const free = (others[0]?.memoryFreeBytes.value ?? 0) / (others[0]?.memoryTotalBytes.value ?? 1)
  check(S, 'utilization follows what is free on a busy card', utilization <= Math.max(0.05, free), {
    utilization,
    free: free.toFixed(3),
  })
  const start = recipe('Qwen/Qwen3-8B', 'vllm-cuda-wheel', '0.11.0', {
    layout: { gpus: [4], utilization: 0.75 },
    server: { port: 8020 },
  })
  const ladder = retryLadder(start, server)
  check(
    S,
    'the ladder: card, again, utilization, eager, prefix caching; no V0',
    ladder.map(({ id }) => id).join() === 'other-card,same-again,lower-utilization,eager,no-prefix-caching',
    ladder.map(({ id }) => id),
  )
  check(
    S,
    '0.75 becomes 0.675',
    ladder.some(({ set }) => set['layout.utilization'] === 0.675),
  )
  const v0 = recipe('Qwen/Qwen3-8B', 'vllm-cuda-wheel', '0.11.0', {
    engine: { route: 'vllm-cuda-wheel', version: '0.11.0', generation: 'v0' },
  })
  check(
    S,
    'V0 on 0.11.0 is refused: a bare AssertionError',
    contradictionsOf(v0, server).some(({ id, why }) => id === 'v0-gone' && why.includes('AssertionError')),
  )

  const half = server.gpus
    .filter(({ index }) => index === 4)
    .map((gpu) => ({
      ...gpu,
      memoryFreeBytes: { ...gpu.memoryFreeBytes, value: 61.5 * GiB },
      memoryUsedBytes: { ...gpu.memoryUsedBytes, value: 18.5 * GiB },
    }))
  const fromFree = utilizationAdvice(server, half, '0.11.0')
  check(
    S,
    'utilization from what is free: 61.5 of 80 GiB gives about 0.7',
    fromFree.utilization >= 0.65 && fromFree.utilization <= 0.76,
    fromFree.utilization,
  )
  const busy = recipe('Qwen/Qwen3-8B', 'vllm-cuda-wheel', '0.11.0', {
    layout: { gpus: [0], utilization: 0.9 },
    server: { port: 8020 },
  })
  const refused = contradictionsOf(busy, server, modelFacts(busy))
  check(
    S,
    'a busy card at 0.90 is refused before the start',
    has(refused, 'fit-busy'),
    refused.map(({ id }) => id),
  )
  const plan = planFor(shipped('shared-a100'), server)
  const launch = launchOf(plan)
  check(
    S,
    'CUDA_VISIBLE_DEVICES=4 in PCI order, expandable segments',
    launch?.environment.CUDA_VISIBLE_DEVICES === '4' &&
      launch.environment.CUDA_DEVICE_ORDER === 'PCI_BUS_ID' &&
      launch.environment.PYTORCH_CUDA_ALLOC_CONF === 'expandable_segments:True',
  )
  check(S, 'proxies are a fact of the machine', server.proxies.value !== null, server.proxies.value)
  check(
    S,
    'owners of busy cards are known',
    server.gpus.some(({ processes }) => (processes?.value ?? []).length > 0),
  )
}

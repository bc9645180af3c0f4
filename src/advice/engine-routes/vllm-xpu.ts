import { imageOf } from '../../knowledge/images.ts'
import { newestRelease } from '../../knowledge/vllm/releases.ts'
import type { Machine } from '../../machine/schema.ts'
import { gpusOf } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'
import { architectureNeeds, containerTool } from './host-needs.ts'
import { type RouteAdvice, type RouteWish, routeAdvice } from './route-advice.ts'

/** vLLM's image for Intel's cards: Arc and the data centre series, not the graphics inside a CPU. */
export function xpuImage(machine: Machine, wish: RouteWish): RouteAdvice {
  const cards = gpusOf(machine, 'intel').filter((gpu) =>
    /\barc\b|data center|\bmax\b|\bflex\b/i.test(gpu.name.value ?? ''),
  )
  const container = containerTool(machine)
  const image = imageOf('xpu', wish.version ?? 'newest')
  const why =
    cards.length === 0
      ? [
          makeAdvice(
            'refuse',
            {
              id: 'no-intel-card',
              about: 'engine.route',
              what: 'Not for this machine.',
              why: 'There is no Intel Arc or data centre card in this machine.',
              source: sources.vllmGpu,
            },
            { facts: ['gpus'] },
          ),
        ]
      : [...container.why, ...architectureNeeds(machine, ['x86_64'], 'The XPU image', sources.vllmGpu)]
  return routeAdvice(
    {
      route: 'vllm-xpu-image',
      title: `vLLM ${wish.version ?? newestRelease().version}, Intel GPU image`,
      publisher: 'the vLLM project, on Docker Hub',
      why,
      action: `${container.tool ?? 'docker or podman'} pulls ${image} and runs it with /dev/dri.`,
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

import { bestRoute } from '../../src/advice/engine-routes/routes.ts'
import { risksOf } from '../../src/advice/risks/risks.ts'
import { exportTargets } from '../../src/export/export-targets.ts'
import { noAnswers, resolve } from '../../steps/answers.ts'
import { questionSteps } from '../../steps/question-steps.ts'

import { check, contextOf, has, launchOf, machine, planFor, recipe, routeOf, shipped } from './check.ts'

/** S4: a desktop with an MI50 and a Radeon Pro W7500, under NixOS. */
export function radeonDesktop(): void {
  const S = 'S4 Radeon desktop'
  const desktop = machine('radeon-desktop')
  for (const name of ['vllm-rocm-wheel', 'vllm-rocm-image'] as const) {
    const route = routeOf(desktop, name)
    check(
      S,
      `${name} is refused before any download, for gfx906 and gfx1102`,
      route.state === 'unsupported' && /gfx906.*gfx1102|gfx1102.*gfx906/.test(route.why[0]?.what ?? ''),
      route.why[0]?.what,
    )
  }
  const rocm = routeOf(desktop, 'vllm-rocm-wheel')
  check(
    S,
    'a source build is priced: hours and 60 GB',
    rocm.diskBytes === 60e9 && (rocm.minutes ?? 0) >= 120 && /hours and about 60 GB/.test(rocm.action),
    rocm.action,
  )
  check(
    S,
    'the installed CPU build is found to need AVX-512',
    risksOf(desktop).some(({ advice }) => advice.id === 'risk-installed-vllm-needs-avx512'),
  )
  const best = bestRoute(desktop)
  check(
    S,
    'it ends with the installed Ollama, kept at its version',
    best?.route === 'ollama' && best.state === 'installed' && has(best.why, 'ollama-keep-version'),
    best?.title,
  )
  check(
    S,
    'nothing is written under /etc',
    risksOf(desktop).some(({ advice }) => advice.id === 'risk-immutable-system'),
  )
  check(
    S,
    'llama.cpp is there too',
    routeOf(desktop, 'llama-cpp').state !== 'unsupported',
    routeOf(desktop, 'llama-cpp').title,
  )

  const plan = planFor(shipped('radeon-desktop'), desktop)
  const written = plan.actions.flatMap(({ operations }) => operations).map((operation) => JSON.stringify(operation))
  check(
    S,
    'no action of the plan touches /etc or needs root',
    written.every((one) => !one.includes('"/etc')) && plan.actions.every(({ needsRoot }) => !needsRoot),
  )
  const launch = launchOf(plan)
  check(
    S,
    'it ends with an OpenAI-compatible API that is proved',
    launch?.engine === 'ollama' && launch.prompts.length > 0,
  )
  const context = contextOf(shipped('radeon-desktop'), desktop)
  const settings = exportTargets.client.write({ context, plan, archives: new Map() })
  check(
    S,
    'client settings for an editor: base URL and model',
    /http:\/\/127\.0\.0\.1:11434\/v1/.test(settings) && /qwen3:8b/.test(settings),
  )
  const module = exportTargets.nix.write({ context, plan, archives: new Map() })
  check(
    S,
    'a NixOS module instead of files under /etc',
    /services|virtualisation/.test(module) && !/"\/etc\//.test(module),
  )
  const wish = resolve(questionSteps, desktop, { ...noAnswers, fields: { 'model.id': 'Qwen/Qwen3-8B' } })
  check(S, 'a hub id becomes the name that Ollama knows', wish.recipe.model.id === 'qwen3:8b', wish.recipe.model.id)
  // The same desktop with a card that vLLM is built for, under a system that runs containers.
  const navi = machine('radeon-desktop')
  const supported = {
    ...navi,
    gpus: navi.gpus.slice(0, 1).map((gpu) => ({ ...gpu, arch: { ...gpu.arch, value: 'gfx1100' } })),
    tools: machine('gb10').tools,
  }
  const image = planFor(
    recipe('Qwen/Qwen3-8B', 'vllm-rocm-image', 'newest', {
      engine: { route: 'vllm-rocm-image', version: '0.33.0', containerTool: 'podman' },
      layout: { gpus: [0] },
    }),
    supported,
  )
  const run = JSON.stringify(image)
  check(
    S,
    'a card that is supported gets /dev/kfd, /dev/dri, groups, ipc and the cache',
    ['/dev/kfd', '/dev/dri', 'group-add', 'ipc', 'huggingface'].every((word) => run.includes(word)),
    ['/dev/kfd', '/dev/dri', 'group-add', 'ipc', 'huggingface'].filter((word) => !run.includes(word)),
  )
}

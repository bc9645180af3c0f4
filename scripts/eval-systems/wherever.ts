import { bestRoute } from '../../src/advice/engine-routes/routes.ts'
import { guardAdvice, limitsAdvice } from '../../src/advice/host-safety/guard.ts'
import { swapAdvice } from '../../src/advice/host-safety/swap.ts'
import { GiB } from '../../src/core/bytes.ts'
import { exportTargets } from '../../src/export/export-targets.ts'
import { recipeText } from '../../src/recipe/write.ts'
import { answersOf, noAnswers, resolve } from '../../steps/answers.ts'
import { questionSteps } from '../../steps/question-steps.ts'

import { check, contextOf, has, machine, planFor, routeOf, shipped } from './check.ts'

/** S6: what holds whatever the machine. */
export function wherever(): void {
  const S = 'S6 whatever the machine'
  for (const name of ['mining-rig', 'rtx3060-desktop', 'tesla-p40', 'radeon-desktop', 'shared-a100', 'gb10']) {
    const best = bestRoute(machine(name))
    check(S, `${name} has a route that works`, best !== null, best?.title)
  }
  const gb10 = machine('gb10')
  const swap = swapAdvice(gb10, 9 * GiB)
  check(
    S,
    'GB10: limits are said to be blind, a guard watches',
    has(limitsAdvice(gb10, 9 * GiB, swap).advice, 'limits-blind-on-unified-memory') &&
      guardAdvice(gb10, 9 * GiB, swap).guard === 'earlyoom',
  )

  const rig = machine('mining-rig')
  const first = resolve(questionSteps, rig, noAnswers, 'again')
  const again = resolve(questionSteps, rig, answersOf(questionSteps, first.recipe), 'again')
  check(S, 'a reinstall from a recipe gives that recipe', recipeText(again.recipe) === recipeText(first.recipe))
  for (const target of ['sh', 'systemd', 'client'] as const) {
    const { write } = exportTargets[target]
    const context = contextOf(shipped('rtx3060-awq'), machine('rtx3060-desktop'))
    const text = write({
      context,
      plan: planFor(shipped('rtx3060-awq'), machine('rtx3060-desktop')),
      archives: new Map(),
    })
    check(S, `a recipe is exported as ${target}`, text.length > 100, `${text.length} characters`)
  }
  const orin = { ...gb10, gpus: gb10.gpus.map((gpu) => ({ ...gpu, name: { ...gpu.name, value: 'Orin (nvgpu)' } })) }
  check(
    S,
    'a Jetson Orin is told that it needs builds of its own',
    has(routeOf(orin, 'vllm-cuda-wheel').why, 'jetson-needs-its-own-builds'),
  )
  const large = resolve(questionSteps, gb10, { ...noAnswers, fields: { 'model.id': 'openai/gpt-oss-120b' } })
  check(
    S,
    'GB10: gpt-oss-120b fits its shared memory, with a part left',
    large.chosen.quantize?.state === 'ok' && (large.recipe.layout.utilization ?? 1) <= 0.8,
  )
}

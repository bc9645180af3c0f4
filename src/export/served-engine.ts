import { printableLine } from '../core/printable.ts'
import { engines } from '../knowledge/engines.ts'
import type { PlanContext } from '../plan/context.ts'
import { apiKeyOf } from '../plan/engines/api-key.ts'
import { enginePlanners } from '../plan/engines/engines.ts'
import type { Serve } from '../plan/serve.ts'
import { engineOf } from '../recipe/schema/route.ts'

/** What is served for good: the operator's model, or the proof model where the recipe is only about that. */
export function servedPurpose({ recipe }: PlanContext): Serve['purpose'] {
  return recipe.model.source === 'proof' ? 'proof' : 'model'
}

/** How the engine is started for good, without the limits that a test launch puts around it. */
export function servedEngine(context: PlanContext): Serve {
  const serve = enginePlanners[context.recipe.engine.route].serve(context, servedPurpose(context))
  return { ...serve, ...apiKeyOf(context) }
}

/** `vLLM 0.32.0 with Qwen/Qwen3-8B-AWQ`, on one line. */
export function servedTitle({ recipe }: PlanContext): string {
  const { route, version } = recipe.engine
  const { title } = engines[engineOf(route)]
  const model = recipe.model.source === 'proof' ? 'the proof model' : recipe.model.id
  return printableLine(`${title} ${version === 'newest' ? '' : `${version} `}with ${model}`)
}

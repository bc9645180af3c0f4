import { underLimits } from '#src/plan/actions/engine-limits.ts'
import type { PlanContext } from '#src/plan/context.ts'
import { apiKeyOf } from '#src/plan/engines/api-key.ts'
import { enginePlanners } from '#src/plan/engines/engines.ts'
import { type Action, action } from '#src/plan/plan.ts'
import type { Serve } from '#src/plan/serve.ts'
import { isImageRoute } from '#src/recipe/schema/route.ts'

/** The proof, and then the operator's model: each is started, made to generate, and measured. */
export function launchActions(context: PlanContext, installed: readonly string[]): Action[] {
  const { recipe } = context
  const planner = enginePlanners[recipe.engine.route]
  const ready = installed.filter((id) => id !== 'weights')
  const actions: Action[] = []
  if (recipe.server.proof || recipe.model.source === 'proof') {
    actions.push(
      action(
        {
          id: 'proof',
          title: 'proof: the engine answers as it must',
          reason:
            'Driver, kernels, compiler, links and API are proved with known answers; a garbled one is told from a right one.',
          operations: [
            {
              kind: 'serve',
              serve: { ...limited(context, planner.serve(context, 'proof')), alarm: context.proofModel.alarm },
            },
          ],
        },
        { needs: ready },
      ),
    )
  }
  if (recipe.model.source !== 'proof') {
    actions.push(
      action(
        {
          id: 'launch',
          title: `test launch of ${recipe.model.id}`,
          reason: 'Ready is not running: only a generated text proves that the model works on this machine.',
          operations: [{ kind: 'serve', serve: limited(context, planner.serve(context, 'model')) }],
        },
        { needs: [...installed, ...actions.map(({ id }) => id)] },
      ),
    )
  }
  return actions
}

/** The engine under the recipe's limits. A container is the daemon's child, so a scope around its client would limit nothing. */
function limited(context: PlanContext, serve: Serve): Serve {
  const { recipe, machine } = context
  if (isImageRoute(recipe.engine.route)) return { ...serve, ...apiKeyOf(context) }
  return { ...serve, ...apiKeyOf(context), ...underLimits(recipe.memory.limits, serve.argv, machine) }
}

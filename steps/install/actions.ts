import { installPaths, type PlanContext } from '#src/plan/context.ts'
import { apiKeyActions } from '#src/plan/engines/api-key.ts'
import { enginePlanners } from '#src/plan/engines/engines.ts'
import { type Action, action } from '#src/plan/plan.ts'

/** The engine, the proof model and the weights. */
export function installActions(context: PlanContext): Action[] {
  const planner = enginePlanners[context.recipe.engine.route]
  const engine = planner.install(context)
  const proof =
    context.recipe.server.proof || context.recipe.model.source === 'proof' ? [proofModelAction(context)] : []
  return [...engine, ...apiKeyActions(context), ...proof, ...planner.fetchModel(context)]
}

function proofModelAction(context: PlanContext): Action {
  const { proofModel } = context
  const paths = installPaths(context)
  const intact = Object.entries(proofModel.files).map(([name, sha256]) => ({
    kind: 'file-sha256' as const,
    path: `${paths.proofModel}/${name}`,
    sha256,
  }))
  return action(
    {
      id: 'proof-model',
      title: 'proof model',
      reason:
        'rigup’s own tiny model with known answers: it proves the installation before gigabytes of weights are there.',
      operations: [{ kind: 'copy', from: proofModel.directory, to: paths.proofModel }],
    },
    { check: intact, verify: intact, undo: [{ kind: 'remove', path: paths.proofModel }] },
  )
}

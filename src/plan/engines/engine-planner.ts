import type { PlanContext } from '../context.ts'
import type { Action } from '../plan.ts'
import type { Serve } from '../serve.ts'

/** What a plan needs to know about one way to get an engine. One file per engine. */
export type EnginePlanner = {
  /** Actions from nothing to an engine that answers for its version. */
  install(context: PlanContext): Action[]
  /** Actions that fetch the operator's model; none for the proof model. */
  fetchModel(context: PlanContext): Action[]
  /** How the engine is started to serve the proof model or the operator's. */
  serve(context: PlanContext, purpose: Serve['purpose']): Serve
}

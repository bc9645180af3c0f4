import { Problem } from '../../core/problem.ts'
import { engines } from '../../knowledge/engines.ts'
import { engineOf } from '../../recipe/schema/route.ts'
import { installPaths, type PlanContext } from '../context.ts'
import { type Action, action } from '../plan.ts'
import type { Serve } from '../serve.ts'

/** The action that makes the key which clients must send; none where the recipe wants none. */
export function apiKeyActions(context: PlanContext): Action[] {
  const { engine, server } = context.recipe
  if (server.apiKey === 'none') return []
  const { title, keyVariable } = engines[engineOf(engine.route)]
  if (keyVariable === null) {
    throw new Problem({
      what: `rigup does not set up an API key for ${title}.`,
      why: `${title} has no keys of its own.`,
      next: 'Leave server.apiKey at none and keep the address at 127.0.0.1, or put a reverse proxy in front.',
      exit: 'machine',
    })
  }
  const paths = installPaths(context)
  const there = { kind: 'path-exists' as const, path: paths.apiKey }
  return [
    action(
      {
        id: 'api-key',
        title: 'API key',
        reason: 'Clients must send it. It is in a file that only you can read, and in no recipe, log or command line.',
        operations: [
          { kind: 'make-directory', path: paths.engine },
          { kind: 'make-key', path: paths.apiKey },
        ],
      },
      { check: [there], verify: [there], undo: [{ kind: 'remove', path: paths.apiKey }] },
    ),
  ]
}

/** The part of a launch that says where the key is. */
export function apiKeyOf(context: PlanContext): Pick<Serve, 'apiKeyFile'> {
  return context.recipe.server.apiKey === 'file' ? { apiKeyFile: installPaths(context).apiKey } : {}
}

import type { Action } from './plan.ts'

/**
 * Actions in an order in which each comes after those it needs; apart from that the order stays as it is. Pure. Throws (a defect, not a
 * Problem: plans are rigup's own) where a name is used twice or missing, or actions need each other.
 */
export function inOrder(actions: readonly Action[]): Action[] {
  const byId = new Map(actions.map((action) => [action.id, action]))
  if (byId.size !== actions.length) {
    const twice = actions.find((action) => byId.get(action.id) !== action)
    throw new Error(`two actions are called ${twice?.id}`)
  }
  const ordered = new Set<Action>()
  const visit = (action: Action, path: readonly string[]): void => {
    if (ordered.has(action)) return
    if (path.includes(action.id)) throw new Error(`actions need each other: ${[...path, action.id].join(' -> ')}`)
    for (const need of action.needs) {
      const needed = byId.get(need)
      if (needed === undefined) throw new Error(`${action.id} needs ${need}, which is not in the plan`)
      visit(needed, [...path, action.id])
    }
    ordered.add(action)
  }
  for (const action of actions) visit(action, [])
  return [...ordered]
}

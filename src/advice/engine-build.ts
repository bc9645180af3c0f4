import type { Machine } from '../machine/schema.ts'
import type { FieldPath } from '../recipe/fields.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import { isVllmRoute } from '../recipe/schema/route.ts'
import { routesFor } from './engine-routes/routes.ts'
import type { FieldAdvice } from './python-packages.ts'

const asItIs: FieldAdvice = { set: {}, advice: [] }

/**
 * The build of vLLM that a recipe means on this machine, where it leaves that open: for CUDA 12.9 or 13 by the driver, the last release
 * that still supports the card, the distribution that holds it for a CPU, and the index that has it. What the recipe says stays as it says.
 */
export function engineBuild({ engine, packages }: Recipe, machine: Machine): FieldAdvice {
  const exact = engine.version === 'newest' ? undefined : engine.version
  if (!isVllmRoute(engine.route) || exact?.includes('+')) return asItIs
  const route = routesFor(machine, { version: exact }).find((one) => one.route === engine.route)
  const other = engine.package !== undefined && engine.package !== route?.engine.package
  if (!route || route.state === 'unsupported' || other) return asItIs
  const set: Record<FieldPath, unknown> = {}
  const { version, torchBackend, package: distribution } = route.engine
  const { extraIndexes } = route.packages
  if (version !== undefined && (exact === undefined || version.startsWith(`${exact}+`))) set['engine.version'] = version
  if (distribution !== undefined && distribution !== 'vllm') set['engine.package'] = distribution
  if (torchBackend !== undefined && engine.torchBackend === undefined) set['engine.torchBackend'] = torchBackend
  if (extraIndexes !== undefined && packages.extraIndexes.length === 0) set['packages.extraIndexes'] = extraIndexes
  const changed = Object.entries(set).filter(([path, value]) => path !== 'engine.version' || value !== engine.version)
  if (changed.length === 0) return asItIs
  const about = new Set(['engine.version', 'engine.torchBackend', 'engine.package'])
  return {
    set: Object.fromEntries(changed),
    advice: route.why.filter((item) => about.has(item.about) && item.kind !== 'refuse'),
  }
}

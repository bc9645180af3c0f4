import type { Advice } from '#src/advice/advice.ts'
import { compilationAdvice, generationAdvice } from '#src/advice/engine-options.ts'
import { pythonPackages } from '#src/advice/python-packages.ts'
import { type RouteAdvice, routesFor } from '#src/advice/routes.ts'
import { formatGiB } from '#src/core/bytes.ts'
import type { Machine } from '#src/machine/schema.ts'
import type { FieldPath } from '#src/recipe/fields.ts'
import type { Recipe } from '#src/recipe/schema/recipe.ts'
import type { Choice, Offer, OfferInput, QuestionStep } from '../step.ts'
import { engineFields } from './fields.ts'

/** Which engine, from where: the table of routes for this machine, the ones that cannot work with their reason. */
export const engineStep: QuestionStep = {
  id: 'engine',
  question: 'Which engine, installed how?',
  fields: engineFields,
  offer,
  shows: (field, recipe) => isMeant(field.path, recipe),
}

function offer({ machine, recipe }: OfferInput): Offer {
  const format =
    recipe.model.file?.endsWith('.gguf') || recipe.model.id.endsWith('.gguf') ? ('gguf' as const) : undefined
  const choices = routesFor(machine, { format }).map((route) => choiceOf(route, machine, recipe))
  const recommended = choices.find(({ state }) => state !== 'no') ?? choices[0]
  return { choices, recommended: recommended?.id ?? '', advice: [] }
}

function choiceOf(route: RouteAdvice, machine: Machine, recipe: Recipe): Choice {
  const refusal = route.why.find(({ kind }) => kind === 'refuse')
  const isVllm = route.route.startsWith('vllm')
  const compilation = compilationAdvice(machine, route.engine.version ?? 'newest')
  const packages = pythonPackages(machine, { route: route.route, package: route.engine.package })
  const set: Record<FieldPath, unknown> = {}
  for (const [name, value] of Object.entries(route.engine)) set[`engine.${name}`] = value
  for (const [name, value] of Object.entries(route.packages)) set[`packages.${name}`] = value
  // Where the administrator's own sources are used, what lies in them decides over the usual.
  for (const [path, value] of Object.entries(packages.set)) set[path] = value
  const environment = { ...route.environment, ...(isVllm && route.route !== 'vllm-cpu' ? compilation.environment : {}) }
  set['server.environment'] = { ...recipe.server.environment, ...environment }
  if (isVllm) set['engine.compilation'] = route.engine.compilation ?? compilation.level
  set['engine.version'] ??= 'newest'
  return {
    id: route.route,
    cells: [route.title, route.diskBytes === null ? '' : formatGiB(route.diskBytes)],
    state: route.state === 'unsupported' ? 'no' : 'ok',
    note: refusal ? refusal.what.replace(/\.$/, '') : route.state === 'installed' ? 'installed' : '',
    set,
    advice: withoutRepeats([
      ...route.why,
      ...packages.advice,
      ...(isVllm ? [...compilation.why, ...generationAdvice(route.engine.version ?? 'newest').why] : []),
    ]),
  }
}

/** The same advice can follow from the route and from the engine's options. */
function withoutRepeats(advice: readonly Advice[]): Advice[] {
  return [...new Map(advice.map((item) => [item.id, item])).values()]
}

/** Settings that mean something for the route that is chosen. */
function isMeant(path: FieldPath, { engine }: Recipe): boolean {
  const isImage = engine.route.endsWith('-image')
  if (['engine.image', 'engine.digest', 'engine.containerTool'].includes(path)) return isImage
  if (path.startsWith('packages.') || ['engine.package', 'engine.python', 'engine.torchBackend'].includes(path)) {
    return !isImage && engine.route !== 'ollama'
  }
  if (path === 'engine.generation' || path === 'engine.compilation') return engine.route.startsWith('vllm')
  return path !== 'engine.route'
}

import type { Advice } from '#src/advice/advice.ts'
import { compilationAdvice, generationAdvice } from '#src/advice/engine-options.ts'
import type { RouteAdvice } from '#src/advice/engine-routes/route-advice.ts'
import { routesFor } from '#src/advice/engine-routes/routes.ts'
import { knowledgeAge } from '#src/advice/knowledge-age.ts'
import { makeAdvice } from '#src/advice/make-advice.ts'
import { modelForRoute } from '#src/advice/model-for-route.ts'
import { pythonPackages } from '#src/advice/python-packages.ts'
import { formatBytes } from '#src/core/bytes.ts'
import { isGguf } from '#src/knowledge/gguf.ts'
import { freePort } from '#src/machine/find.ts'
import type { Machine } from '#src/machine/schema.ts'
import { type FieldPath, textFor } from '#src/recipe/fields.ts'
import type { Recipe } from '#src/recipe/schema/recipe.ts'
import { isCpuRoute, isImageRoute, isVllmRoute } from '#src/recipe/schema/route.ts'
import type { Choice, Offer, OfferInput, QuestionStep } from '../step.ts'
import { engineFields } from './fields.ts'

/** Which engine, from where: the table of routes for this machine, the ones that cannot work with their reason. */
export const engineStep: QuestionStep = {
  id: 'engine',
  question: 'Which engine, installed how?',
  fields: engineFields,
  offer,
  shows: (field, recipe) => isMeant(field.path, recipe),
  age: ({ engine }, today) => knowledgeAge(isVllmRoute(engine.route) ? engine.version : 'newest', today),
}

function offer({ machine, recipe, asked }: OfferInput): Offer {
  const { model } = recipe
  const format = isGguf(model.id, model.file) || model.source === 'ollama' ? ('gguf' as const) : undefined
  const version = askedVersion(asked)
  const choices = routesFor(machine, { format, version }).map((route) => choiceOf(route, machine, recipe))
  // What serves this model comes before what does not, in the order of the routes.
  const sorted = choices.toSorted((a, b) => Number(a.state === 'no') - Number(b.state === 'no'))
  return { choices: sorted, recommended: sorted[0]?.id ?? '', asked: textFor(asked, 'engine.route'), advice: [] }
}

/** The vLLM version that was asked for, without its local part; absent where none was, or one of another engine. */
function askedVersion(asked: OfferInput['asked']): string | undefined {
  const version = textFor(asked, 'engine.version')?.replace(/\+.*$/, '')
  const isVllm = textFor(asked, 'engine.route')?.startsWith('vllm') ?? true
  return isVllm && version !== 'newest' ? version : undefined
}

function choiceOf(route: RouteAdvice, machine: Machine, recipe: Recipe): Choice {
  const model = modelForRoute(route.route, recipe.model)
  const refusal = [...route.why, ...model.advice].find(({ kind }) => kind === 'refuse')
  const isVllm = isVllmRoute(route.route)
  const compilation = compilationAdvice(machine, route.engine.version ?? 'newest')
  const packages = pythonPackages(machine, { route: route.route, package: route.engine.package })
  const set: Record<FieldPath, unknown> = { ...model.set }
  for (const [name, value] of Object.entries(route.engine)) set[`engine.${name}`] = value
  for (const [name, value] of Object.entries(route.packages)) set[`packages.${name}`] = value
  // Where the administrator's own sources are used, what lies in them decides over the usual.
  for (const [path, value] of Object.entries(packages.set)) set[path] = value
  const environment = { ...route.environment, ...(isVllm && !isCpuRoute(route.route) ? compilation.environment : {}) }
  set['server.environment'] = { ...recipe.server.environment, ...environment }
  if (isVllm) set['engine.compilation'] = route.engine.compilation ?? compilation.level
  set['engine.version'] ??= 'newest'
  const port = portFor(machine, recipe)
  set['server.port'] = port.port
  return {
    id: route.route,
    cells: [route.title, route.diskBytes === null ? '' : formatBytes(route.diskBytes)],
    state: refusal ? 'no' : 'ok',
    note: refusal ? refusal.what.replace(/\.$/, '') : route.state === 'installed' ? 'installed' : '',
    set,
    advice: withoutRepeats([
      ...model.advice,
      ...route.why,
      ...packages.advice,
      ...port.advice,
      ...(isVllm ? [...compilation.why, ...generationAdvice(route.engine.version ?? 'newest').why] : []),
    ]),
  }
}

/** The usual port, or where something listens there the next that is free. */
function portFor(machine: Machine, { server }: Recipe): { port: number; advice: Advice[] } {
  const port = freePort(machine, server.port) ?? server.port
  if (port === server.port) return { port, advice: [] }
  const chosen = {
    id: 'port-chosen',
    about: 'server.port',
    what: `Port ${port}.`,
    why: `Something listens on ${server.port} here already.`,
    source: { title: 'listening sockets of this machine' },
  }
  return { port, advice: [makeAdvice('note', chosen, { facts: ['listeners'] })] }
}

/** The same advice can follow from the route and from the engine's options. */
function withoutRepeats(advice: readonly Advice[]): Advice[] {
  return [...new Map(advice.map((item) => [item.id, item])).values()]
}

/** Settings that mean something for the route that is chosen. */
function isMeant(path: FieldPath, { engine }: Recipe): boolean {
  const isImage = isImageRoute(engine.route)
  if (['engine.image', 'engine.digest', 'engine.containerTool'].includes(path)) return isImage
  if (path.startsWith('packages.') || ['engine.package', 'engine.python', 'engine.torchBackend'].includes(path)) {
    return !isImage && engine.route !== 'ollama'
  }
  if (path === 'engine.generation' || path === 'engine.compilation') return isVllmRoute(engine.route)
  return path !== 'engine.route'
}

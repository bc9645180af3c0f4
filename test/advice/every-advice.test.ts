import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type Advice, adviceSchema } from '#src/advice/advice.ts'
import { contradictionsOf } from '#src/advice/contradictions/contradictions.ts'
import { routesFor } from '#src/advice/engine-routes/routes.ts'
import { localise } from '#src/advice/localise.ts'
import { modelFacts } from '#src/advice/model-facts.ts'
import { retryLadder } from '#src/advice/retry-ladder.ts'
import { risksOf } from '#src/advice/risks/risks.ts'
import { knowsFlag, knowsVariable } from '#src/knowledge/vllm/names.ts'
import { knownReleases } from '#src/knowledge/vllm/releases.ts'
import { proofModel } from '#src/launch/proof-model.ts'
import { enginePlanners } from '#src/plan/engines/engines.ts'
import { vllmEnvironment, vllmFlags } from '#src/plan/engines/vllm-arguments.ts'
import { fieldOf, withFields } from '#src/recipe/fields.ts'
import { type Recipe, recipeSchema } from '#src/recipe/schema/recipe.ts'
import { noAnswers, resolve } from '#steps/answers.ts'
import { planOf } from '#steps/plan-of-recipe.ts'
import { questionSteps } from '#steps/question-steps.ts'
import { shippedMachine } from './machines.ts'

const folder = join(import.meta.dirname, '../../recipes')
const yaml = (path: string) =>
  readdirSync(path)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -5))
const machineNames = yaml(join(folder, 'machines'))
const recipes = yaml(folder).map((name) =>
  recipeSchema.parse(parse(readFileSync(join(folder, `${name}.yaml`), 'utf8'))),
)
const versions = knownReleases().map(({ version }) => version)
const proof = await proofModel()
const directories = { data: '/d', state: '/s', cache: '/c', recipes: '/r' }

/** Words that belong to whoever wrote rigup, not to whoever runs it. */
const jargon =
  /undefined|\bNaN\b|\bnull\b|\[object|\bboolean\b|schema|fixture|\bTODO\b|refactor|stack trace|regex|\bstring\b/
const numberOfSentences = (text: string) => text.split(/(?<=[.!?])\s+(?=[A-Z`])/).length

function isGood(advice: Advice, where: string): void {
  expect(adviceSchema.safeParse(advice).success, where).toBe(true)
  const { id, what, why, source, facts, instead, about, kind } = advice
  const name = `${where}: ${id}: ${what} ${why}`
  expect(id, name).toMatch(/^[a-z0-9][a-z0-9.-]*$/)
  expect(about, name).not.toBe('')
  expect(source.title.length, name).toBeGreaterThan(3)
  for (const text of [what, why, instead ?? 'Nothing.']) {
    expect(text, name).not.toMatch(jargon)
    expect(text, name).not.toMatch(/\s{2}|^\s|\s$|\.\.$|\(\)|: \.|\$\{/)
    expect(text.length, name).toBeGreaterThan(7)
  }
  for (const text of [what, why]) expect(text, name).toMatch(/[.!?)`]$/)
  expect(numberOfSentences(what), name).toBe(1)
  for (const fact of facts) expect(fact, name).toMatch(/^[a-zA-Z][\w.[\]/]*$/)
  if (kind === 'refuse' && what !== 'Not for this machine.') expect(instead, name).toBeTruthy()
}

describe.each(machineNames)('on %s', (name) => {
  const machine = shippedMachine(name)

  test('every advice of every step says what, why, from where, by which facts, how sure, and the way out', () => {
    const asked = [
      {},
      { 'model.id': 'Qwen/Qwen3-8B-AWQ' },
      { 'model.id': 'Qwen/Qwen2.5-72B-Instruct' },
      { 'engine.version': '0.10.2' },
    ]
    for (const fields of asked) {
      const { offers } = resolve(questionSteps, machine, { ...noAnswers, fields })
      for (const [step, offer] of Object.entries(offers))
        for (const advice of [...offer.advice, ...offer.choices.flatMap((choice) => choice.advice)])
          isGood(advice, `${name}/${step}`)
    }
    for (const { advice } of risksOf(machine)) isGood(advice, `${name}/risk`)
    for (const version of [undefined, '0.10.2', '0.33.0'])
      for (const route of routesFor(machine, { version }))
        for (const advice of route.why) isGood(advice, `${name}/${route.route}`)
  })

  test('every contradiction of every recipe that ships, too', () => {
    for (const recipe of recipes) {
      const here = localise(recipe, machine)
      const found = [...here.advice, ...contradictionsOf(here.recipe, machine, modelFacts(here.recipe))]
      for (const advice of found) isGood(advice, `${name}/${recipe.name}`)
      for (const { advice } of retryLadder(here.recipe, machine)) isGood(advice, `${name}/${recipe.name}/ladder`)
    }
  })

  test('what is offered can be planned', () => {
    const { offers } = resolve(questionSteps, machine, noAnswers)
    for (const choice of offers.engine?.choices.filter(({ state }) => state !== 'no') ?? []) {
      const { recipe } = resolve(questionSteps, machine, { ...noAnswers, fields: { 'engine.route': choice.id } })
      const context = { recipe: localise(recipe, machine).recipe, machine, directories, lock: null, proofModel: proof }
      expect(enginePlanners[recipe.engine.route].install(context), choice.id).toBeInstanceOf(Array)
      if (recipe.memory.guard === 'none') expect(planOf(context).actions.length, choice.id).toBeGreaterThan(0)
    }
  })
})

describe.each(versions)('vLLM %s', (version) => {
  test('is given no flag and no variable that it does not know, for any recipe that ships', () => {
    for (const shipped of recipes.filter(({ engine }) => engine.route.startsWith('vllm'))) {
      for (const changes of variations) {
        const machine = shippedMachine('mining-rig')
        const recipe = recipeSchema.parse(withFields(shipped, { 'engine.version': version, ...changes }))
        // What the operator wrote is judged, and refused or warned about; what rigup adds must fit by itself.
        const own: Recipe = { ...recipe, server: { ...recipe.server, arguments: {}, environment: {} } }
        const flags = vllmFlags(own, 'model', proof).filter((word) => word.startsWith('--'))
        expect(flags.filter((flag) => knowsFlag(version, flag) !== true)).toEqual([])
        const environment = vllmEnvironment({ recipe: own, machine, lock: null, directories, proofModel: proof })
        const read = Object.keys(environment).filter((variable) => variable.startsWith('VLLM_'))
        expect(read.filter((variable) => knowsVariable(version, variable) !== true)).toEqual([])
        const given = Object.keys(recipe.server.arguments).filter((flag) => knowsFlag(version, flag) === false)
        const said = contradictionsOf(recipe, machine).filter(
          ({ kind, id }) => kind === 'refuse' && id.startsWith('unknown-flag'),
        )
        expect(said.length).toBe(given.length)
      }
    }
  })
})

/** Settings that a recipe may have, whatever the version. */
const variations: readonly Record<string, unknown>[] = [
  {},
  { 'engine.compilation': 'reduced' },
  { 'engine.compilation': 'none', 'layout.maxNumBatchedTokens': 2048 },
  { 'engine.generation': 'runner-v1', 'quantization.kvCacheDtype': 'fp8' },
  { 'model.trustRemoteCode': true, 'quantization.dtype': 'half', 'quantization.method': 'awq' },
]

test('a recipe that ships works on the machine that it is for', () => {
  const own = { 'rtx3060-awq': 'rtx3060-desktop', 'mining-rig-v0': 'mining-rig', 'cpu-proof': 'cpu-server' }
  for (const recipe of recipes) {
    const name = fieldOf(own, recipe.name) ?? recipe.name
    const machine = shippedMachine(String(name))
    const here = localise(recipe, machine).recipe
    expect(
      contradictionsOf(here, machine, modelFacts(here)).filter(({ kind }) => kind === 'refuse'),
      recipe.name,
    ).toEqual([])
  }
})

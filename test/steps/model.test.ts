import { expect, test } from 'vitest'
import { variantLabel } from '#src/advice/variants.ts'
import { storedConfig } from '#src/knowledge/models/stored-config.ts'
import { isVllmRoute } from '#src/recipe/schema/route.ts'
import { fieldsOfFlags } from '#steps/all-fields.ts'
import { type Answers, answersOf, emptyRecipe, noAnswers, resolve } from '#steps/answers.ts'
import type { ModelReading } from '#steps/model/reading.ts'
import { modelStep } from '#steps/model/step.ts'
import { questionSteps } from '#steps/question-steps.ts'
import { machineWith, nvidia, shippedMachine } from '../advice/machines.ts'

const desktop = shippedMachine('rtx3060-desktop')
const shape = {
  architectures: ['Qwen3ForCausalLM'],
  model_type: 'qwen3',
  hidden_size: 4096,
  num_hidden_layers: 36,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 128,
  intermediate_size: 12288,
  vocab_size: 151936,
  max_position_embeddings: 40960,
}

function read(config: object, more: object = {}): ModelReading {
  return {
    state: 'read',
    notes: [],
    checkpoint: { from: 'hub', read: '2026-11-21', format: 'safetensors', config: storedConfig(config), ...more },
  }
}

function asked(id: string, reading?: ModelReading, machine = desktop) {
  const readings = reading ? { [`${id}  `]: reading } : {}
  const answers: Answers = { ...noAnswers, fields: fieldsOfFlags({ model: id }), readings }
  const resolved = resolve(questionSteps, machine, answers)
  return { ...resolved, row: resolved.chosen.model }
}

test('a model that is being read has a row that says so, and cannot be taken yet', () => {
  expect(asked('someone/new-8b', { state: 'reading' }).row).toMatchObject({
    id: 'someone/new-8b',
    state: 'no',
    note: expect.stringContaining('reading'),
  })
})

test('what was read decides as a model of the catalogue does, and goes into the recipe', () => {
  const quantized = { ...shape, quantization_config: { quant_method: 'awq', bits: 4, group_size: 128 } }
  const { row, recipe, chosen } = asked('someone/new-8b', read(quantized, { weightBytes: 6.1e9, revision: 'abc' }))
  expect(row).toMatchObject({ state: 'ok', note: 'fits' })
  expect(recipe.model).toMatchObject({
    source: 'hub',
    id: 'someone/new-8b',
    revision: 'abc',
    checkpoint: { from: 'hub' },
  })
  expect(recipe.layout.maxModelLen).toBe(4096)
  expect(chosen.quantize?.advice.map(({ id }) => id)).toContain('quantization-from-checkpoint')
})

test.each([
  ['too large for the cards', read(shape, { weightBytes: 200e9, downloadBytes: 200e9 }), 'no', /too large/],
  ['too large for the disk', read(shape, { downloadBytes: 9e12 }), 'no', /of disk/],
  [
    'of an architecture that came later',
    read({ ...shape, architectures: ['MuseForCausalLM'] }),
    'tight',
    /not in vLLM/,
  ],
  ['gated or missing', { state: 'refused', what: 'someone/x is gated, or does not exist.' }, 'no', /gated/],
  ['out of reach', { state: 'unknown', what: 'The hub does not answer.' }, 'tight', /does not answer/],
] as const)('%s: said in the row', (_, reading, state, note) => {
  const { row } = asked('someone/new-8b', reading)
  expect(row?.state).toBe(state)
  expect(row?.note).toMatch(note)
})

test('a gated model is said to be gated, and is not recommended to everybody', () => {
  expect(asked('meta-llama/Llama-3.1-8B-Instruct').row?.advice.map(({ id }) => id)).toContain('model-gated')
  const { offers } = resolve(questionSteps, desktop, noAnswers)
  const best = offers.model?.choices.find(({ id }) => id === offers.model?.recommended)
  expect(best?.advice.map(({ id }) => id)).not.toContain('model-gated')
})

test('a recipe keeps what was read when it is asked about again', () => {
  const { recipe } = asked('someone/new-8b', read(shape, { weightBytes: 6.1e9, revision: 'abc' }))
  const again = resolve(questionSteps, desktop, answersOf(questionSteps, recipe), recipe.name)
  expect(again.recipe).toEqual(recipe)
})

test('a name of Ollama leads to Ollama', () => {
  const { recipe } = asked('qwen3:8b', undefined, machineWith({ gpus: [nvidia('RTX 4090', '8.9', 24)] }))
  expect(recipe).toMatchObject({ model: { source: 'ollama', id: 'qwen3:8b' }, engine: { route: 'ollama' } })
})

test('a quantized checkpoint that is named stays the one that is served', () => {
  expect(asked('Qwen/Qwen3-8B-AWQ').recipe.model.id).toBe('Qwen/Qwen3-8B-AWQ')
})

test('where nothing fits the step says what is left', () => {
  const { offers, recipe } = asked('Qwen/Qwen3-32B')
  expect(offers.quantize?.choices.every(({ state }) => state === 'no')).toBe(true)
  expect(offers.quantize?.advice[0]).toMatchObject({
    id: 'no-variant-fits',
    instead: expect.stringContaining('smaller'),
  })
  expect(recipe.model.id).toBe('Qwen/Qwen3-32B')
})

const search = (text: string) =>
  modelStep.search?.(text, { machine: desktop, recipe: emptyRecipe('case'), asked: {} }).map(({ id }) => id) ?? []

test.each([
  ['qwen3 8b', /Qwen\/Qwen3-8B/],
  ['gemma-3 12', /google\/gemma-3-12b-it/],
  ['someone/unheard-of', /^someone\/unheard-of$/],
  ['/models/mine', /^\/models\/mine$/],
  ['./mine', /^\/.*\/mine$/],
  ['qwen3:8b', /^qwen3:8b$/],
])('typing %j finds it', (text, found) => {
  expect(search(text).some((id) => found.test(id))).toBe(true)
})

test('words that name nothing find nothing, and an empty line no flood', () => {
  expect(search('')).toEqual([])
  expect(search('no such model')).toEqual([])
  expect(search('e').length).toBeLessThanOrEqual(21)
})

test.each(['cpu-server', 'gb10', 'mining-rig', 'radeon-desktop', 'rtx3060-desktop', 'shared-a100', 'tesla-p40'])(
  'on %s each row says what the later step then offers',
  (name) => {
    const machine = shippedMachine(name)
    const { offers } = resolve(questionSteps, machine, noAnswers)
    for (const { id, note = '' } of offers.model?.choices ?? []) {
      const fields = { ...fieldsOfFlags({ model: id }) }
      const { offers: later, recipe } = resolve(questionSteps, machine, { ...noAnswers, fields })
      if (!isVllmRoute(recipe.engine.route)) continue
      const { choices = [], recommended } = later.quantize ?? {}
      const best = choices.find((choice) => choice.id === recommended)
      const copy = /^fits as (.+)$/.exec(note)?.[1]
      if (/^fits/.test(note)) expect(best?.state, `${id} ${note}`).toBe('ok')
      if (note === 'fits') expect(best?.id).toBe(id)
      if (copy) expect(best && variantLabel(best, { id })).toBe(copy)
      if (note === 'too large here') expect(best?.state, id).toBe('no')
      if (note.startsWith('tight')) expect(best?.state, id).toBe('tight')
    }
  },
)

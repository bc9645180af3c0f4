import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseRecipe } from '#src/recipe/parse.ts'
import { type Recipe, recipeSchema } from '#src/recipe/schema/recipe.ts'
import { recipeText } from '#src/recipe/write.ts'
import { prepare } from '#src/services/prepare.ts'
import { readModel } from '#src/services/read-model.ts'
import { shippedMachine } from '../advice/machines.ts'
import { hubStandIn, type StandIn } from '../models/hub-stand-in.ts'

const config = {
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
  torch_dtype: 'bfloat16',
}
const files = (content: object, bytes = 8.2e9) => [
  { path: 'config.json', bytes: 700, content: JSON.stringify(content) },
  { path: 'model.safetensors', bytes },
]

let folder: string
let hub: StandIn | null = null
const before = { ...process.env }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rigup-model-'))
  for (const name of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN', 'HF_HUB_OFFLINE', 'VLLM_USE_MODELSCOPE'])
    delete process.env[name]
  process.env.HF_HOME = folder
})

afterEach(async () => {
  await hub?.close()
  hub = null
  process.env = { ...before }
  await rm(folder, { recursive: true })
})

async function serve(...given: Parameters<typeof hubStandIn>): Promise<void> {
  hub = await hubStandIn(...given)
  process.env.HF_ENDPOINT = hub.url
}

function recipe(id: string, source: 'hub' | 'local' = 'hub', rest: object = {}): Recipe {
  return recipeSchema.parse({
    rigup: 1,
    name: 'case',
    model: { source, id },
    engine: { route: 'vllm-cuda-wheel', version: '0.33.0+cu129' },
    ...rest,
  })
}

const desktop = shippedMachine('rtx3060-desktop')
const ids = (advice: readonly { id: string }[]) => advice.map(({ id }) => id)

describe('a recipe whose model nobody has read yet', () => {
  test('is read from the hub, kept, and planned again without it', async () => {
    await serve('someone/new-8b', files(config))
    const short = { layout: { maxModelLen: 2048, utilization: 0.95 } }
    const { context, refusals } = await prepare(recipe('someone/new-8b', 'hub', short), null, desktop)
    expect(context.recipe.model.checkpoint).toMatchObject({
      from: 'hub',
      revision: 'c0ffee',
      format: 'safetensors',
      weightBytes: 8.2e9,
      licence: 'mit',
      config: { model_type: 'qwen3', num_hidden_layers: 36 },
    })
    expect(refusals).toEqual([])
    const text = recipeText(context.recipe)
    await hub?.close()
    hub = null
    const again = await prepare(parseRecipe(text, 'case.yaml'), null, desktop)
    expect(again.context.recipe).toEqual(context.recipe)
    expect(ids(again.advice)).not.toContain('model-not-read')
  })

  test('is judged as a model of the catalogue is: length, layout, disk', async () => {
    await serve('someone/new-8b', files(config))
    const { refusals } = await prepare(
      recipe('someone/new-8b', 'hub', { layout: { maxModelLen: 100_000 } }),
      null,
      desktop,
    )
    expect(ids(refusals)).toContain('length-beyond-model')
  })

  test('too large for the disk is said before the download', async () => {
    await serve('someone/huge', files(config, 9e12))
    const { refusals } = await prepare(recipe('someone/huge'), null, desktop)
    expect(ids(refusals).some((id) => id.startsWith('disk-too-small'))).toBe(true)
  })

  test('too new for the version is said before the download', async () => {
    await serve('someone/qwen', files({ ...config, architectures: ['Qwen3ForCausalLM'] }))
    const old = { engine: { route: 'vllm-cuda-wheel', version: '0.8.0' } }
    await serve('someone/gpt', files({ ...config, architectures: ['GptOssForCausalLM'] }))
    const { refusals } = await prepare(recipe('someone/gpt', 'hub', old), null, desktop)
    expect(refusals.find(({ id }) => id === 'architecture-not-in-version')).toMatchObject({
      instead: expect.stringMatching(/^vLLM 0\.\d+\.\d+ or newer/),
    })
  })

  test('gated without a token is a warning with the way out', async () => {
    await serve('someone/gated', files(config), { gated: true })
    const { advice } = await prepare(recipe('someone/gated'), null, desktop)
    expect(advice.find(({ id }) => id === 'model-gated')?.instead).toContain('HF_TOKEN')
  })

  test.each([
    [401, /gated, or does not exist/],
    [404, /There is no someone\/x/],
  ])('status %i of the hub is a refusal', async (status, message) => {
    await serve('someone/x', [], { status })
    const { refusals } = await prepare(recipe('someone/x'), null, desktop)
    expect(refusals[0]?.what).toMatch(message)
    expect(refusals[0]?.instead).not.toBe('')
  })

  test('a hub that does not answer is no refusal: the machine may reach it', async () => {
    await serve('someone/x', [], { status: 503 })
    const { advice, refusals } = await prepare(recipe('someone/x'), null, desktop)
    expect(refusals).toEqual([])
    expect(ids(advice)).toContain('model-not-read')
  })

  test('a local folder of another machine is not looked for here', async () => {
    const { advice, refusals } = await prepare(recipe('/models/mine', 'local'), null, desktop)
    expect(refusals).toEqual([])
    expect(advice.find(({ id }) => id === 'model-not-read')?.what).toContain('another machine')
  })

  test('a local folder on this machine is read', async () => {
    await writeFile(join(folder, 'config.json'), JSON.stringify(config))
    const { context } = await prepare(recipe(folder, 'local'), null, { ...desktop, origin: 'live' })
    expect(context.recipe.model.checkpoint).toMatchObject({ from: 'local', downloadBytes: 0 })
  })
})

test('what can be said of a model that cannot be read is said, whatever comes back', async () => {
  await serve('someone/x', [{ path: 'config.json', bytes: 5, content: '{"a"' }])
  expect(await readModel({ id: 'someone/x' }, process.env)).toMatchObject({ state: 'refused' })
  expect(await readModel({ id: 'no/such\u001b[2Jthing' }, process.env)).toMatchObject({ state: 'refused' })
  expect(await readModel({ id: join(folder, 'absent') }, process.env)).toMatchObject({ state: 'refused' })
})

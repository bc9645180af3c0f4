import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Problem } from '#src/core/problem.ts'
import { catalogueDate } from '#src/knowledge/models/catalogue.ts'
import { completeConfig, weightsOf } from '#src/models/checkpoint.ts'
import { readCheckpoint } from '#src/models/read-checkpoint.ts'
import { ggufHeader } from './gguf-file.ts'
import { hubStandIn, type StandIn, type StandInFile } from './hub-stand-in.ts'

const config = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 128,
  num_hidden_layers: 4,
  num_attention_heads: 8,
  num_key_value_heads: 2,
  intermediate_size: 256,
  vocab_size: 512,
  max_position_embeddings: 2048,
}
const id = 'somebody/tiny-llama-of-the-tests'
const nowhere = 'http://127.0.0.1:9'

let folder: string
let hub: StandIn | null = null

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rigup-models-'))
})

afterEach(async () => {
  await hub?.close()
  hub = null
  await rm(folder, { recursive: true, force: true })
})

function environment(more: Record<string, string> = {}): Record<string, string> {
  return { HOME: folder, HF_ENDPOINT: hub?.url ?? nowhere, ...more }
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Problem)) throw new Error(`expected a Problem, got ${String(error)}`)
  return error
}

describe('a local folder', () => {
  async function model(files: Record<string, string>): Promise<string> {
    const path = join(folder, 'model')
    await mkdir(path)
    for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content)
    return path
  }

  test('is read with its weights and the quantization of a side file', async () => {
    const path = await model({
      'config.json': JSON.stringify(config),
      'quantize_config.json': JSON.stringify({ bits: 4, group_size: 128 }),
      'model-00001-of-00002.safetensors': 'x'.repeat(300),
      'model-00002-of-00002.safetensors': 'x'.repeat(200),
    })
    const checkpoint = await readCheckpoint(path, { environment: environment() })
    expect(checkpoint).toMatchObject({
      source: 'local',
      format: 'safetensors',
      bytes: 500,
      downloadBytes: 0,
      notes: [],
    })
    expect(checkpoint.architecture.quantization).toMatchObject({ method: 'gptq', bits: 4 })
    expect(checkpoint.architecture.safetensorsBytes).toBe(500)
  })

  test('without weights is told so', async () => {
    const path = await model({ 'config.json': JSON.stringify(config) })
    const checkpoint = await readCheckpoint(path, { environment: environment() })
    expect(checkpoint.bytes).toBeNull()
    expect(checkpoint.notes).toEqual(['There are no weight files in the folder yet.'])
  })

  test.each([
    ['without config.json', { 'readme.md': 'hello' }, /holds no model/],
    ['with a broken config.json', { 'config.json': '{"hidden_size": 12' }, /not valid JSON/],
    [
      'with a config.json of something else',
      { 'config.json': '{"type": "scheduler"}' },
      /does not describe a language model/,
    ],
  ])('%s is refused', async (_name, files, what) => {
    const path = await model(files as Record<string, string>)
    const problem = await problemOf(readCheckpoint(path, { environment: environment() }))
    expect(problem.message).toMatch(what)
    expect(problem.exit).toBe('input')
  })

  test('that is not there is refused', async () => {
    const problem = await problemOf(readCheckpoint(join(folder, 'missing'), { environment: environment() }))
    expect(problem.message).toContain('There is no')
  })

  test('may be a GGUF file', async () => {
    const path = join(folder, 'tiny.gguf')
    await writeFile(path, ggufHeader())
    const { format, bytes, architecture } = await readCheckpoint(path, { environment: environment() })
    expect(format).toBe('gguf')
    expect(bytes).toBe(ggufHeader().length)
    expect(architecture).toMatchObject({
      hiddenSize: 128,
      kvHeads: 2,
      headDim: 16,
      maxPositionEmbeddings: 4096,
      vocabularySize: 3,
    })
    expect(architecture.layers).toHaveLength(4)
  })

  test('with something else called GGUF is refused', async () => {
    const path = join(folder, 'broken.gguf')
    await writeFile(path, 'this is no model at all, whatever its name says')
    expect((await problemOf(readCheckpoint(path, { environment: environment() }))).message).toContain(
      'is not a GGUF file',
    )
  })
})

const files: StandInFile[] = [
  { path: 'config.json', bytes: 300, content: JSON.stringify(config) },
  { path: 'model.safetensors', bytes: 5000 },
  { path: 'original/consolidated.00.pth', bytes: 7000 },
]

describe('the hub', () => {
  test('tells shape, sizes, licence and commit, and is asked with the token', async () => {
    hub = await hubStandIn(id, files, { gated: true })
    const checkpoint = await readCheckpoint(id, { environment: environment({ HF_TOKEN: 'hf_abcdefghij' }) })
    expect(checkpoint).toMatchObject({
      id,
      source: 'hub',
      revision: 'c0ffee',
      bytes: 5000,
      downloadBytes: 12_300,
      licence: 'mit',
      gated: true,
      asOf: null,
    })
    expect(checkpoint.architecture.hiddenSize).toBe(128)
    expect(hub.requests.every(({ authorization }) => authorization === 'Bearer hf_abcdefghij')).toBe(true)
    expect(hub.requests.some(({ url }) => url.endsWith('model.safetensors'))).toBe(false)
  })

  test('behind a mirror with a password sends it as a header', async () => {
    hub = await hubStandIn(id, files)
    const mirror = hub.url.replace('http://', 'http://user:p%40ss@')
    await readCheckpoint(id, { environment: environment({ HF_ENDPOINT: mirror }) })
    expect(hub.requests[0]?.authorization).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`)
  })

  test('finds the token that a login left behind', async () => {
    hub = await hubStandIn(id, files)
    await mkdir(join(folder, '.cache', 'huggingface'), { recursive: true })
    await writeFile(join(folder, '.cache', 'huggingface', 'token'), 'hf_fromthelogin\n')
    await readCheckpoint(id, { environment: environment() })
    expect(hub.requests[0]?.authorization).toBe('Bearer hf_fromthelogin')
  })

  test('gives one GGUF file of a repository', async () => {
    const header = ggufHeader()
    hub = await hubStandIn(id, [{ path: 'tiny-Q4_K_M.gguf', bytes: header.length, content: header }])
    const checkpoint = await readCheckpoint(id, { environment: environment(), file: 'tiny-Q4_K_M.gguf' })
    expect(checkpoint).toMatchObject({ source: 'hub', format: 'gguf', bytes: header.length })
    expect(checkpoint.architecture.layers).toHaveLength(4)
  })

  test('with GGUF files only asks which', async () => {
    hub = await hubStandIn(id, [{ path: 'tiny-Q4_K_M.gguf', bytes: 10 }])
    const problem = await problemOf(readCheckpoint(id, { environment: environment() }))
    expect(problem.next).toContain('tiny-Q4_K_M.gguf')
  })

  test.each([
    [401, 'is gated, or does not exist', 'HF_TOKEN'],
    [403, 'is gated, or does not exist', 'HF_TOKEN'],
    [404, 'There is no', 'spelling'],
  ])('that answers %i says what to do', async (status, what, next) => {
    hub = await hubStandIn(id, files, { status })
    const problem = await problemOf(readCheckpoint(id, { environment: environment() }))
    expect(problem.message).toContain(what)
    expect(problem.next).toContain(next)
    expect(problem.exit).toBe('input')
  })
})

test('a hub that answers no is believed, even for a model that the catalogue knows', async () => {
  hub = await hubStandIn('Qwen/Qwen3-8B', files, { status: 404 })
  expect((await problemOf(readCheckpoint('Qwen/Qwen3-8B', { environment: environment() }))).message).toContain(
    'There is no',
  )
})

describe('without the hub', () => {
  async function cached(): Promise<void> {
    const snapshot = join(folder, 'hub', `models--${id.replace('/', '--')}`, 'snapshots', 'abc123')
    await mkdir(snapshot, { recursive: true })
    await mkdir(join(snapshot, '..', '..', 'refs'))
    await writeFile(join(snapshot, '..', '..', 'refs', 'main'), 'abc123')
    await writeFile(join(snapshot, 'config.json'), JSON.stringify(config))
    await writeFile(join(snapshot, 'model.safetensors'), 'x'.repeat(77))
  }

  test.each([
    ['that is unreachable', {}],
    ['because the environment says offline', { HF_HUB_OFFLINE: '1' }],
  ])('%s, its cache answers', async (_name, more) => {
    await cached()
    const checkpoint = await readCheckpoint(id, { environment: environment({ HF_HOME: folder, ...more }) })
    expect(checkpoint).toMatchObject({ id, source: 'cache', revision: 'abc123', bytes: 77 })
    expect(checkpoint.notes.at(-1)).toContain('local cache')
  })

  test('a known model comes from the catalogue, whose age is said', async () => {
    const checkpoint = await readCheckpoint('Qwen/Qwen3-8B', { environment: environment() })
    expect(checkpoint).toMatchObject({ source: 'catalogue', asOf: catalogueDate })
    expect(checkpoint.notes[0]).toContain(catalogueDate)
  })

  test('an unknown format of a known model is guessed, and said to be', async () => {
    const checkpoint = await readCheckpoint('somebody/Qwen3-14B-GPTQ-Int4', {
      environment: environment({ HF_HUB_OFFLINE: '1' }),
    })
    expect(checkpoint.source).toBe('similar')
    expect(checkpoint.notes[0]).toContain('Qwen/Qwen3-14B by its name alone')
  })

  test('an unknown model is a problem of the network', async () => {
    const problem = await problemOf(readCheckpoint(id, { environment: environment() }))
    expect(problem.exit).toBe('network')
    expect(problem.next).toContain('HF_ENDPOINT')
  })

  test('a token in the endpoint is not shown', async () => {
    const problem = await problemOf(
      readCheckpoint(id, { environment: environment({ HF_ENDPOINT: 'http://user:secret@127.0.0.1:9' }) }),
    )
    expect(`${problem.message} ${problem.why} ${problem.next}`).not.toContain('secret')
  })

  test('a quick look does not ask the hub for what the catalogue knows', async () => {
    hub = await hubStandIn('Qwen/Qwen3-8B', files)
    const checkpoint = await readCheckpoint('Qwen/Qwen3-8B', { environment: environment(), catalogue: 'first' })
    expect(checkpoint.source).toBe('catalogue')
    expect(hub.requests).toEqual([])
  })
})

test.each(['../../etc/passwd\n', 'a b', 'owner/name/more', 'https://example.org/x'])(
  '%j is neither folder nor id',
  async (reference) => {
    const problem = await problemOf(readCheckpoint(reference, { environment: environment() }))
    expect(problem.exit).toBe('input')
  },
)

describe('files of a checkpoint', () => {
  test.each([
    ['shards', ['model-1.safetensors', 'model-2.safetensors', 'tokenizer.json'], 'safetensors', 2],
    [
      'a second copy in another layout',
      ['model.safetensors', 'consolidated.safetensors', 'original/model.safetensors'],
      'safetensors',
      1,
    ],
    ['only the other layout', ['consolidated.safetensors'], 'safetensors', 1],
    ['PyTorch files beside safetensors', ['pytorch_model.bin', 'model.safetensors'], 'safetensors', 1],
    ['PyTorch files', ['pytorch_model-1.bin', 'pytorch_model-2.bin', 'training_args.bin'], 'pytorch', 2],
    ['nothing', ['readme.md'], 'unknown', null],
  ])('%s', (_name, paths, format, bytes) => {
    expect(weightsOf(paths.map((path) => ({ path, bytes: 1 })))).toEqual({ format, bytes })
  })

  test("ModelOpt's side file is read as ModelOpt, and config.json's own word counts more", () => {
    const side = { name: 'hf_quant_config.json', content: { quantization: { quant_algo: 'NVFP4' } } }
    expect(completeConfig(config, side, null)).toMatchObject({
      quantization_config: { quant_method: 'modelopt', quant_algo: 'NVFP4' },
    })
    const own = { ...config, quantization_config: { quant_method: 'fp8' } }
    expect(completeConfig(own, side, null)).toMatchObject({ quantization_config: { quant_method: 'fp8' } })
  })
})

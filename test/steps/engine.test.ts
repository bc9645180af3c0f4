import { expect, test } from 'vitest'
import { modelForRoute } from '#src/advice/model-for-route.ts'
import { fieldsOfFlags } from '#steps/all-fields.ts'
import { noAnswers, resolve } from '#steps/answers.ts'
import { questionSteps } from '#steps/question-steps.ts'
import { machineWith, nvidia, shippedMachine } from '../advice/machines.ts'

const rig = shippedMachine('mining-rig')
const asked = (flags: Record<string, string>, machine = rig) =>
  resolve(questionSteps, machine, { ...noAnswers, fields: fieldsOfFlags(flags) })

test('an engine that is asked for brings its own settings, and none of the recommended one', () => {
  const { recipe, chosen } = asked({ engine: 'ollama' })
  expect(chosen.engine?.id).toBe('ollama')
  expect(recipe.engine).toMatchObject({ route: 'ollama', version: 'newest' })
  expect(recipe.engine.torchBackend).toBeUndefined()
  expect(recipe.packages.extraIndexes).toEqual([])
})

test('an engine that cannot work is taken where it is asked for, so that its reason is shown', () => {
  const { chosen } = asked({ engine: 'vllm-rocm-image' })
  expect(chosen.engine).toMatchObject({ id: 'vllm-rocm-image', state: 'no' })
})

test('where something listens on the usual port the next free one is taken, and what is asked for stays', () => {
  const shared = shippedMachine('shared-a100')
  const taken = shared.listeners.value?.map(({ port }) => port)
  expect(taken).toContain(8000)
  const { recipe, chosen } = asked({}, shared)
  expect(taken).not.toContain(recipe.server.port)
  expect(chosen.engine?.advice.map(({ id }) => id)).toContain('port-chosen')
  expect(asked({ port: '8000' }, shared).recipe.server.port).toBe(8000)
  expect(asked({}).recipe.server.port).toBe(8000)
})

test('a version that is asked for gets the build of that version', () => {
  const { recipe } = asked({ 'engine-version': '0.10.2' })
  expect(recipe.engine).toMatchObject({ route: 'vllm-cuda-wheel', version: '0.10.2' })
  expect(recipe.engine.torchBackend).toBeUndefined()
  expect(recipe.packages.extraIndexes).toEqual([])
  const image = machineWith({
    gpus: [nvidia('RTX 4090', '8.9', 24)],
    tools: [{ name: 'docker', path: '/usr/bin/docker' }],
  })
  const { recipe: inImage } = asked({ engine: 'vllm-cuda-image', 'engine-version': '0.31.0' }, image)
  expect(inImage.engine.image).toBe('docker.io/vllm/vllm-openai:v0.31.0')
})

test('where vLLM cannot run, the model gets the name under which the other engine has it', () => {
  const p40 = shippedMachine('tesla-p40')
  expect(asked({ model: 'Qwen/Qwen3-8B' }, p40).recipe).toMatchObject({
    engine: { route: 'ollama' },
    model: { source: 'ollama', id: 'qwen3:8b' },
  })
  expect(asked({ model: 'Qwen/Qwen3-8B-AWQ', engine: 'llama-cpp' }, p40).recipe).toMatchObject({
    model: { source: 'hub', id: 'Qwen/Qwen3-8B-GGUF' },
  })
})

const model = (source: 'hub' | 'local' | 'ollama' | 'proof', id: string, file?: string) => ({
  source,
  id,
  trustRemoteCode: false,
  ...(file === undefined ? {} : { file }),
})

test.each([
  ['ollama', model('ollama', 'qwen3:8b'), {}],
  ['ollama', model('proof', 'proof'), {}],
  [
    'ollama',
    model('hub', 'unsloth/Qwen3-8B-GGUF', 'Qwen3-8B-Q5_K_M.gguf'),
    { 'model.id': 'hf.co/unsloth/Qwen3-8B-GGUF:Qwen3-8B-Q5_K_M.gguf' },
  ],
  ['ollama', model('hub', 'someone/unheard-of'), null],
  ['ollama', model('local', '/models/qwen'), null],
  ['llama-cpp', model('local', '/models/qwen.gguf'), {}],
  ['llama-cpp', model('local', '/models/qwen'), null],
  ['llama-cpp', model('ollama', 'qwen3:8b'), null],
  ['llama-cpp', model('hub', 'openai/gpt-oss-20b'), { 'model.id': 'ggml-org/gpt-oss-20b-GGUF' }],
  ['vllm-cuda-wheel', model('hub', 'Qwen/Qwen3-8B'), {}],
  ['vllm-cuda-wheel', model('ollama', 'qwen3:8b'), null],
  ['vllm-cuda-image', model('hub', 'unsloth/Qwen3-8B-GGUF'), null],
  ['vllm-cpu', model('local', '/models/qwen.gguf'), null],
] as const)('%s and %o', (route, given, expected) => {
  const { set, advice } = modelForRoute(route, given)
  if (expected === null) expect(advice[0]).toMatchObject({ kind: 'refuse', instead: expect.any(String) })
  else {
    expect(set).toMatchObject(expected)
    expect(advice.filter(({ kind }) => kind === 'refuse')).toEqual([])
  }
})

import { beforeAll, describe, expect, test } from 'vitest'
import { findModel } from '#src/knowledge/models/catalogue.ts'
import { readMachine } from '#src/machine/read-machine.ts'
import type { Machine } from '#src/machine/schema.ts'
import { fieldsOfFlags } from '#steps/all-fields.ts'
import { answersOf, noAnswers, resolve } from '#steps/answers.ts'
import { shortlist } from '#steps/model/shortlist.ts'
import { questionSteps } from '#steps/question-steps.ts'

let rig: Machine
let cpu: Machine
let p40: Machine

beforeAll(async () => {
  rig = await readMachine('mining-rig')
  cpu = await readMachine('cpu-server')
  p40 = await readMachine('tesla-p40')
})

describe('answers', () => {
  test('without any, a machine without a GPU gets the proof model on the CPU', () => {
    const { recipe } = resolve(questionSteps, cpu, noAnswers)
    expect(recipe).toMatchObject({
      model: { source: 'proof' },
      engine: { route: 'vllm-cpu' },
      layout: { gpus: [], cpuKvCacheGib: 1 },
    })
  })

  test('the rig gets swap on ext4, a guard and limits in bytes, whatever model is chosen', () => {
    const { recipe } = resolve(questionSteps, rig, noAnswers)
    expect(recipe.memory.swap?.path).toBe('/rigup.swap')
    expect(recipe.memory.guard).toBe('earlyoom')
    expect(recipe.memory.limits?.oomScoreAdjust).toBe(1000)
    expect(recipe.layout.pipelineParallel).toBeGreaterThan(1)
    expect(recipe.server.environment).toMatchObject({ NCCL_P2P_DISABLE: '1' })
    expect(Object.keys(recipe.server.environment)).not.toContain('NCCL_ASYNC_ERROR_HANDLING')
  })

  test('a card that vLLM cannot use gets another engine, and the refused rows say why', () => {
    const { recipe, offers } = resolve(questionSteps, p40, noAnswers)
    expect(['ollama', 'llama-cpp']).toContain(recipe.engine.route)
    const refused = offers.engine?.choices.filter(({ state }) => state === 'no') ?? []
    expect(refused.length).toBeGreaterThan(0)
    for (const choice of refused) expect(choice.note).not.toBe('')
  })

  test('a pick and a single field win over the recommendation, and later steps follow them', () => {
    const answers = { picks: { model: 'Qwen/Qwen3-8B' }, fields: fieldsOfFlags({ port: '9000', context: '8K' }) }
    const { recipe } = resolve(questionSteps, rig, answers)
    expect(recipe.model.id).toMatch(/^Qwen\/Qwen3-8B/)
    expect(recipe.server.port).toBe(9000)
    expect(recipe.layout.maxModelLen).toBe(8192)
  })

  test('a pick that cannot be is not taken', () => {
    const { recipe } = resolve(questionSteps, p40, { picks: { engine: 'vllm-cuda-wheel' }, fields: {} })
    expect(recipe.engine.route).not.toBe('vllm-cuda-wheel')
  })

  test('what is asked at the end is a flag too', () => {
    const fields = fieldsOfFlags({ 'after-test': 'keep', proof: 'no' })
    expect(resolve(questionSteps, rig, { ...noAnswers, fields }).recipe.server).toMatchObject({
      afterTest: 'keep',
      proof: false,
    })
  })

  test('a recipe taken as answers keeps what no step asks about', () => {
    const { recipe } = resolve(questionSteps, cpu, noAnswers, 'x')
    const given: typeof recipe = {
      ...recipe,
      description: 'for the office',
      install: { directory: '/srv/engine' },
      server: { ...recipe.server, afterTest: 'keep' },
    }
    expect(resolve(questionSteps, cpu, answersOf(questionSteps, given), 'x').recipe).toEqual(given)
  })

  test('a recipe taken as answers gives that recipe again', () => {
    const { recipe } = resolve(questionSteps, rig, noAnswers, 'again')
    expect(resolve(questionSteps, rig, answersOf(questionSteps, recipe), 'again').recipe).toEqual(recipe)
  })

  test.each([
    ['port', '70000', /--port cannot be "70000"/],
    ['engine', 'vllm', /--engine cannot be "vllm"/],
    ['swap', 'lots', /--swap cannot be "lots"/],
    ['gpus', 'a,b', /--gpus cannot be/],
    ['directory', 'here', /--directory cannot be/],
    ['host', 'a;reboot', /--host cannot be "a;reboot"/],
    ['model', '--upload', /--model cannot be/],
    ['engine-version', 'latest', /--engine-version cannot be "latest"/],
    ['env', 'HF_TOKEN=hf_x', /--env cannot be/],
  ])('--%s %s is refused with what it takes', (flag, value, message) => {
    expect(() => fieldsOfFlags({ [flag]: value })).toThrow(message)
  })
})

test('every model of the short list is in the catalogue', () => {
  expect(shortlist.filter((id) => findModel(id)?.id !== id)).toEqual([])
})

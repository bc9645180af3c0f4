import { describe, expect, test } from 'vitest'
import { fit as predict } from '#src/advice/fit/fit.ts'
import { findModel, listModels } from '#src/knowledge/models/catalogue.ts'
import type { Machine } from '#src/machine/schema.ts'
import { fieldsOfFlags } from '#steps/all-fields.ts'
import { noAnswers, resolve } from '#steps/answers.ts'
import { questionSteps } from '#steps/question-steps.ts'
import { machineWith, nvidia, shippedMachine } from '../advice/machines.ts'

const asked = (machine: Machine, flags: Record<string, string>) =>
  resolve(questionSteps, machine, { ...noAnswers, fields: fieldsOfFlags(flags) })
const rig = shippedMachine('mining-rig')

test('where embedding and output crowd the ends, the layers are shared out, with the reason', () => {
  const { recipe, chosen } = asked(rig, { model: 'Qwen/Qwen2.5-72B-Instruct-GPTQ-Int4', context: '8192' })
  const shares = recipe.server.environment.VLLM_PP_LAYER_PARTITION?.split(',').map(Number) ?? []
  expect(shares).toHaveLength(recipe.layout.pipelineParallel)
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(80)
  expect(chosen.quantize?.advice.find(({ id }) => id === 'fit-partition')?.what).toContain(shares.join(','))
})

test('a model that vLLM cannot cut into stages is laid out without', () => {
  const { recipe } = asked(rig, { model: 'Zyphra/Zamba2-7B-instruct' })
  expect(recipe.layout.pipelineParallel).toBe(1)
})

test('what is set by hand is what is reckoned: cards, shares and the bar follow', () => {
  const eight = asked(rig, { model: 'Qwen/Qwen3-8B', 'tensor-parallel': '8', 'pipeline-parallel': '1' })
  expect(eight.recipe.layout).toMatchObject({ tensorParallel: 8, pipelineParallel: 1 })
  expect(eight.recipe.layout.gpus ?? rig.gpus.map(({ index }) => index)).toHaveLength(8)
  expect(eight.recipe.server.environment).not.toHaveProperty('VLLM_PP_LAYER_PARTITION')
  const stages = asked(rig, {
    model: 'Qwen/Qwen2.5-72B-Instruct-GPTQ-Int4',
    'tensor-parallel': '1',
    'pipeline-parallel': '8',
  })
  expect(stages.recipe.server.environment.VLLM_PP_LAYER_PARTITION?.split(',')).toHaveLength(8)
  const bar = (flags: Record<string, string>) => {
    const { offers } = asked(shippedMachine('rtx3060-desktop'), { model: 'Qwen/Qwen3-8B-AWQ', ...flags })
    return offers.quantize?.memory?.['Qwen/Qwen3-8B-AWQ']?.parts.find(({ name }) => name === 'kv')?.bytes ?? 0
  }
  expect(bar({ utilization: '0.75' })).toBeLessThan(bar({ utilization: '0.9' }))
  const long = asked(shippedMachine('rtx3060-desktop'), { model: 'Qwen/Qwen3-8B-AWQ', 'max-model-len': '40000' })
  expect(long.chosen.quantize).toMatchObject({
    state: 'no',
    note: expect.stringMatching(/^too long: [\d,]+ tokens fit$/),
  })
})

test('equal shares are left to vLLM', () => {
  const { recipe } = asked(shippedMachine('rtx3060-desktop'), { model: 'Qwen/Qwen3-8B-AWQ' })
  expect(recipe.server.environment).not.toHaveProperty('VLLM_PP_LAYER_PARTITION')
})

test('a GPU that shares the memory of its CPU is reckoned with that memory, and leaves a part of it', () => {
  const { recipe, chosen } = asked(shippedMachine('gb10'), { model: 'openai/gpt-oss-120b' })
  expect(chosen.quantize?.state).toBe('ok')
  expect(recipe.layout.utilization).toBeLessThanOrEqual(0.8)
  expect(asked(shippedMachine('gb10'), { model: 'deepseek-ai/DeepSeek-V3.1' }).chosen.quantize?.state).toBe('no')
})

const machines = {
  'a T4': machineWith({ gpus: [nvidia('Tesla T4', '7.5', 15)] }),
  'an RTX 3060': shippedMachine('rtx3060-desktop'),
  'an RTX 4090': machineWith({ gpus: [nvidia('NVIDIA GeForce RTX 4090', '8.9', 24)] }),
  'two A100': machineWith({
    gpus: [0, 1].map(() => nvidia('NVIDIA A100-SXM4-80GB', '8.0', 80)),
    memory: { totalBytes: 512 * 2 ** 30, availableBytes: 500 * 2 ** 30 },
  }),
  'an RTX 5090': machineWith({ gpus: [nvidia('NVIDIA GeForce RTX 5090', '12.0', 32)] }),
}

describe.each(Object.entries(machines))('over the whole catalogue on %s', (_, machine) => {
  test('what is recommended starts by the fit and holds what was asked for, or the step says that nothing does', () => {
    let started = 0
    for (const { id } of listModels()) {
      const { offers, chosen, recipe } = asked(machine, { model: id })
      if (!recipe.engine.route.startsWith('vllm')) continue
      const offer = offers.quantize
      const best = offer?.choices.find((choice) => choice.id === offer.recommended)
      if (best?.state === 'no') {
        expect(
          offer?.choices.map(({ state }) => state),
          id,
        ).not.toContain('ok')
        expect(
          offer?.advice.map((advice) => advice.id),
          id,
        ).toContain('no-variant-fits')
        continue
      }
      expect(
        chosen.quantize?.advice.filter(({ kind }) => kind === 'refuse'),
        id,
      ).toEqual([])
      const model = findModel(recipe.model.id)
      const gpu = machine.gpus[0]
      if (!model || !gpu) throw new Error(`${recipe.model.id} is not in the catalogue`)
      const { tensorParallel, pipelineParallel, maxModelLen, maxNumSeqs, utilization } = recipe.layout
      const predicted = predict({
        architecture: model.architecture,
        gpu: {
          name: gpu.name.value ?? '',
          totalBytes: gpu.memoryTotalBytes.value ?? 0,
          freeBytes: gpu.memoryFreeBytes.value ?? 0,
        },
        gpus: tensorParallel * pipelineParallel,
        tensorParallel,
        pipelineParallel,
        vllmVersion: '0.33.0',
        utilization,
        maxModelLen,
        maxNumSeqs,
        kvCacheDtype: recipe.quantization.kvCacheDtype,
        enforceEager: recipe.engine.compilation === 'none',
      })
      expect(predicted.starts, `${id} as ${recipe.model.id}`).toBe(true)
      if (machine.gpus.some(({ capability }) => Number(capability.value) < 8))
        expect(recipe.quantization.dtype, id).toMatch(/half|float16/)
      started += 1
    }
    expect(started).toBeGreaterThan(30)
  })
})

test('where only the graphs are in the way, the way out is to start without them', () => {
  const desk = machineWith({ gpus: [nvidia('NVIDIA GeForce RTX 3060', '8.6', 12)] })
  const { offers } = asked(desk, { model: 'Qwen/Qwen3-14B' })
  expect(offers.quantize?.advice[0]).toMatchObject({
    id: 'no-variant-fits',
    instead: expect.stringMatching(/^Compilation none .*Qwen3-14B-AWQ then starts with [\d,]+ tokens/),
  })
})

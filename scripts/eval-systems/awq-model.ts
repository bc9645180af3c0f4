import { contradictionsOf } from '../../src/advice/contradictions/contradictions.ts'
import { bestRoute } from '../../src/advice/engine-routes/routes.ts'
import { fit as predict } from '../../src/advice/fit/fit.ts'
import type { FitInput } from '../../src/advice/fit/input.ts'
import { checkpointAdvice } from '../../src/advice/quantization.ts'
import { GiB } from '../../src/core/bytes.ts'
import { noAnswers, resolve } from '../../steps/answers.ts'
import { questionSteps } from '../../steps/question-steps.ts'

import { check, has, launchOf, machine, model, near, planFor, recipe, shipped, within } from './check.ts'

/** S3: an AWQ model on an RTX 3060, and on the Tesla P40 that the instructions speak of. */
export function awqModel(): void {
  const S = 'S3 RTX 3060 and P40'
  const [rtx, p40] = [machine('rtx3060-desktop'), machine('tesla-p40')]
  const qwen = model('Qwen/Qwen3-8B-AWQ')
  const card = rtx.gpus[0]
  const base: FitInput = {
    architecture: qwen.architecture,
    gpu: { name: card?.name.value ?? '', totalBytes: card?.memoryTotalBytes.value ?? 0, capability: '8.6' },
    gpus: 1,
    tensorParallel: 1,
    pipelineParallel: 1,
    vllmVersion: '0.10.2',
    utilization: 0.85,
    maxModelLen: 16384,
    kvCacheDtype: 'auto',
    enforceEager: false,
  }
  const works = predict(base)
  check(S, 'length 16384 at 0.85 starts', works.starts, works.reasons[0]?.what ?? '')
  check(S, 'weights 5.7 GiB lie in the range', within(5.7, works.range.weightsGibPerGpu), works.range.weightsGibPerGpu)
  check(S, 'KV 3.06 GiB lies in the range', within(3.06, works.range.kvGibPerGpu), works.range.kvGibPerGpu)
  check(S, '22,256 tokens lie in the range', within(22256, works.range.kvTokens), works.range.kvTokens)
  check(S, '1.36x is 22,256 tokens over 16,384', near(22256 / 16384, 1.36, 0.01))
  const full = predict({ ...base, maxModelLen: 40960 })
  check(
    S,
    '40,960 tokens (5.62 GiB) are refused with the length that fits',
    !full.starts && full.maxModelLen < 40960,
    full.maxModelLen,
  )
  const p40Recipe = recipe(qwen.id, 'vllm-cuda-wheel', 'newest', { quantization: { method: 'awq_marlin' } })
  check(S, 'AWQ-Marlin on a real P40 is refused', has(contradictionsOf(p40Recipe, p40), 'method-too-new-for-card'))
  check(
    S,
    'a real P40 is offered Ollama or llama.cpp',
    ['ollama', 'llama-cpp'].includes(bestRoute(p40)?.route ?? ''),
    bestRoute(p40)?.title,
  )
  const checkpoint = checkpointAdvice({ method: 'awq', machine: rtx, version: '0.33.0' })
  check(
    S,
    'AWQ goes to Marlin and --quantization is not given',
    checkpoint.kernel === 'Marlin' && checkpoint.flagRule === 'must-not',
  )

  const short = predict({ ...base, utilization: 0.95, maxModelLen: 22256 })
  check(
    S,
    'at 0.95 and 22256 nothing is left on the card',
    !short.starts || short.parts.free < 0.5 * GiB,
    `${(short.parts.free / GiB).toFixed(2)} GiB free`,
  )
  const long = { ...base, utilization: 0.9, maxModelLen: 32768, vllmVersion: '0.33.0' }
  const roomy = predict({ ...long, gpu: { name: 'RTX 3090', totalBytes: 24 * GiB, capability: '8.6' } })
  check(S, '32768 at 0.90 only where it fits: not on 12 GiB, but on 24', !predict(long).starts && roomy.starts)
  const plan = planFor(shipped('rtx3060-awq'), rtx)
  const line = launchOf(plan)?.argv.join(' ') ?? ''
  check(
    S,
    'port 8001 on 127.0.0.1, length 16384, 0.85',
    /--host 127\.0\.0\.1 --port 8001/.test(line) && /16384/.test(line) && /0\.85/.test(line),
  )
  check(S, '--quantization is not given', !line.includes('--quantization'))
  check(S, 'the open build follows the driver: CUDA 12.9', JSON.stringify(plan).includes('cu129'))
  const older = checkpointAdvice({ method: 'awq', machine: rtx, version: '0.10.2' })
  check(S, 'on versions of then awq_marlin may be given', older.flagRule === 'may' && older.kernel === 'Marlin')
  const wish = resolve(questionSteps, rtx, {
    ...noAnswers,
    fields: { 'model.id': qwen.id, 'workload.contextTokens': 32768 },
  })
  const { maxModelLen = 0, maxNumSeqs, utilization = 1 } = wish.recipe.layout
  check(
    S,
    'the wizard leaves head-room below the longest that fits',
    maxModelLen < predict({ ...long, maxModelLen: 40960, maxNumSeqs }).maxModelLen && utilization <= 0.9,
    wish.recipe.layout,
  )
}

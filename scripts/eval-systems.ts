/**
 * Checks the six systems that must work: on the shipped machine profiles, each known trap is caught before the launch and each
 * observed number is reproduced within the predicted range.
 *
 *   npm run eval:systems
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Advice } from '../src/advice/advice.ts'
import { contradictionsOf } from '../src/advice/contradictions.ts'
import { compilationAdvice, generationAdvice } from '../src/advice/engine-options.ts'
import { fit as predict } from '../src/advice/fit/fit.ts'
import { hostMemory } from '../src/advice/fit/host-memory.ts'
import type { FitInput, Range } from '../src/advice/fit/input.ts'
import { guardAdvice, limitsAdvice, swapAdvice } from '../src/advice/host-safety.ts'
import { type LayoutModel, layoutModelOf, layoutsFor } from '../src/advice/layout.ts'
import { checkpointAdvice } from '../src/advice/quantization.ts'
import { retryLadder } from '../src/advice/retry-ladder.ts'
import { risksOf } from '../src/advice/risks.ts'
import { bestRoute, type RouteAdvice, routesFor } from '../src/advice/routes.ts'
import { utilizationAdvice } from '../src/advice/utilization.ts'
import { GiB } from '../src/core/bytes.ts'
import { type CatalogueModel, findModel } from '../src/knowledge/models/catalogue.ts'
import { type Machine, machineSchema } from '../src/machine/schema.ts'
import { type Recipe, type RecipeInput, recipeSchema } from '../src/recipe/schema/recipe.ts'

type Check = { system: string; what: string; passed: boolean; found: string }
const checks: Check[] = []

function check(system: string, what: string, passed: boolean, found: unknown = ''): void {
  checks.push({ system, what, passed, found: typeof found === 'string' ? found : JSON.stringify(found) })
}

function machine(name: string): Machine {
  const path = join(import.meta.dirname, '../recipes/machines', `${name}.yaml`)
  return machineSchema.parse(parse(readFileSync(path, 'utf8')))
}

function model(id: string): CatalogueModel {
  const found = findModel(id)
  if (!found) throw new Error(`the catalogue has no ${id}`)
  return found
}

function recipe(id: string, route: RouteAdvice['route'], version: string, rest: Partial<RecipeInput> = {}): Recipe {
  const engine = { route, version, ...rest.engine }
  return recipeSchema.parse({ rigup: 1, name: 'case', model: { source: 'hub', id }, ...rest, engine })
}

const has = (advice: readonly Advice[], id: string) => advice.some((one) => one.id === id)
const within = (value: number, range: Range) => value >= range.low && value <= range.high
const near = (value: number, wanted: number, share: number) => Math.abs(value - wanted) <= share * wanted

function routeOf(host: Machine, name: RouteAdvice['route'], version?: string): RouteAdvice {
  const found = routesFor(host, { version }).find((one) => one.route === name)
  if (!found) throw new Error(`no route ${name}`)
  return found
}

function miningRig(): void {
  const S = 'S1 mining rig'
  const rig = machine('mining-rig')
  const id = 'Qwen/Qwen2.5-72B-Instruct-GPTQ-Int8'
  // The GPTQ checkpoints are the same model with a feed-forward width padded to a multiple of 8 groups of 128.
  const plain = layoutModelOf(model('Qwen/Qwen2.5-72B-Instruct').architecture)
  const qwen: LayoutModel = { ...plain, intermediate: 29696, quantGroup: 128, weightBytes: 77.4e9 }
  const { high } = hostMemory({ gpus: 8, vllmVersion: '0.33.0' })
  const swap = swapAdvice(rig, Math.min(high, 30 * GiB))
  check(
    S,
    'swap goes to the ext4 root, large enough for eight workers',
    swap.swap?.path === '/rigup.swap' && swap.swap.bytes >= 32 * GiB,
    swap.swap,
  )
  const memory = { swap: { path: '/mnt/c/swapfile', bytes: 128 * GiB } }
  check(
    S,
    'swap on NTFS is refused with the reason',
    has(contradictionsOf(recipe(id, 'vllm-cuda-wheel', '0.33.0+cu129', { memory }), rig), 'swap-filesystem'),
  )
  const own = { ...memory, swap: { path: '/swapfile', bytes: 128 * GiB } }
  check(
    S,
    'the 128 GiB of the old instructions are accepted on ext4',
    !has(contradictionsOf(recipe(id, 'vllm-cuda-wheel', '0.33.0+cu129', { memory: own }), rig), 'swap-filesystem'),
  )
  const total = (rig.memory.totalBytes.value ?? 0) + own.swap.bytes
  check(S, 'total memory with it is about 144 GB', near(total / GiB, 144, 0.02), `${(total / GiB).toFixed(1)} GiB`)
  const guard = guardAdvice(rig, 30 * GiB, { ...swap, swap: own.swap })
  const limit = Number((guard.arguments[guard.arguments.indexOf('-s') + 1] ?? '').split(',')[0])
  check(
    S,
    'the guard acts although the swap file is large',
    guard.guard === 'earlyoom' && limit > 10,
    guard.arguments.join(' '),
  )
  const avoided = new RegExp(guard.arguments[guard.arguments.indexOf('--avoid') + 1] ?? '$^')
  check(
    S,
    'it never ends ssh, sshd or bash',
    ['ssh', 'sshd', 'bash'].every((name) => avoided.test(name)),
  )
  const { limits } = limitsAdvice(rig, 30 * GiB, { ...swap, swap: own.swap })
  check(
    S,
    'swap limit in bytes: 115 GiB of the swap, not 14 GiB of RAM',
    near((limits?.swapBytes ?? 0) / GiB, 115.2, 0.01),
    limits,
  )
  check(S, 'OOM score 1000', limits?.oomScoreAdjust === 1000)
  const layouts = layoutsFor({
    machine: rig,
    model: qwen,
    gpusWanted: 8,
    eager: true,
  })
  const [best] = layouts
  check(
    S,
    'pipeline stages before TP 8, with the figures',
    best !== undefined && best.pipelineParallel > 1 && has(best.why, 'layout-pipeline-over-slow-links'),
    best?.why[0]?.what,
  )
  const tensor = layouts.find(({ tensorParallel }) => tensorParallel === 8)
  const stages = layouts.find(({ pipelineParallel }) => pipelineParallel === 8)
  const ratio = (tensor?.linkBytesPerToken ?? 0) / (stages?.linkBytesPerToken ?? 1)
  // 280 where a stage hands on one tensor, 140 with the residual that vLLM sends too.
  check(S, 'PP 8 sends 140 to 280 times fewer bytes than TP 8', ratio >= 140 && ratio <= 280, ratio.toFixed(0))
  check(
    S,
    'P2P and InfiniBand off, no old name',
    best?.environment.NCCL_P2P_DISABLE === '1' &&
      best.environment.NCCL_IB_DISABLE === '1' &&
      !('NCCL_ASYNC_ERROR_HANDLING' in best.environment),
    best?.environment,
  )
  check(S, 'TP 8 stays a choice, and is valid', tensor?.valid === true)
  check(
    S,
    'the CUDA 12.9 build for driver 570',
    routeOf(rig, 'vllm-cuda-wheel').engine.torchBackend === 'cu129',
    routeOf(rig, 'vllm-cuda-wheel').title,
  )
  check(S, 'the CPU route is refused: no AVX2', routeOf(rig, 'vllm-cpu').state === 'unsupported')
  const risks = risksOf(rig).map(({ advice }) => advice.id)
  check(
    S,
    'risks: memory, links, instructions, cores',
    ['risk-memory-for-workers', 'risk-links-narrow', 'risk-cpu-instructions', 'risk-cpu-cores'].every((id) =>
      risks.includes(id),
    ),
    risks,
  )
}

function stableEngine(): void {
  const S = 'S2 stable engine'
  const rig = machine('mining-rig')
  const id = 'Qwen/Qwen2.5-72B-Instruct-GPTQ-Int8'
  const old = {
    engine: { route: 'vllm-cuda-wheel' as const, version: '0.10.2', generation: 'v0' as const },
    layout: { tensorParallel: 8 },
  }
  const asItWas = recipe(id, 'vllm-cuda-wheel', '0.10.2', {
    ...old,
    server: { arguments: { 'swap-space': 1 }, environment: { VLLM_WORKER_MULTIPROC_METHOD: 'spawn' } },
  })
  check(
    S,
    'as it was: V0 in 0.10.2 with swap-space 1 is accepted',
    !contradictionsOf(asItWas, rig).some(({ kind }) => kind === 'refuse'),
    contradictionsOf(asItWas, rig).map((one) => one.id),
  )
  check(
    S,
    'without swap-space 1 it would pin 32 GiB: refused',
    has(contradictionsOf(recipe(id, 'vllm-cuda-wheel', '0.10.2', old), rig), 'swap-space-pins-memory'),
  )
  check(
    S,
    'V0 is offered up to 0.10.2 and never from 0.11 on',
    generationAdvice('0.10.2').choices.includes('v0') && !generationAdvice('0.11.0').choices.includes('v0'),
  )
  const today = recipe(id, 'vllm-cuda-wheel', '0.33.0', { server: { environment: { VLLM_USE_V1: '0' } } })
  check(S, 'VLLM_USE_V1=0 on a current version is refused', has(contradictionsOf(today, rig), 'v0-gone'))
  check(S, "today's equivalent: no compilation, no graphs", compilationAdvice(rig, '0.33.0').level === 'none')
  check(
    S,
    'JIT kernels avoided where nvcc is missing',
    compilationAdvice(rig, '0.32.0').environment.VLLM_USE_FLASHINFER_SAMPLER === '0',
  )
  check(
    S,
    'swap-space on a current version is refused',
    has(
      contradictionsOf(recipe(id, 'vllm-cuda-wheel', '0.33.0', { server: { arguments: { 'swap-space': 1 } } }), rig),
      'unknown-flag-swap-space',
    ),
  )
}

function awqModel(): void {
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
    checkpoint.kernel === 'Marlin' && checkpoint.flag === null && checkpoint.flagRule === 'must-not',
  )
}

function radeonDesktop(): void {
  const S = 'S4 Radeon desktop'
  const desktop = machine('radeon-desktop')
  for (const name of ['vllm-rocm-wheel', 'vllm-rocm-image'] as const) {
    const route = routeOf(desktop, name)
    check(
      S,
      `${name} is refused before any download, for gfx906 and gfx1102`,
      route.state === 'unsupported' && /gfx906.*gfx1102|gfx1102.*gfx906/.test(route.why[0]?.what ?? ''),
      route.why[0]?.what,
    )
  }
  const rocm = routeOf(desktop, 'vllm-rocm-wheel')
  check(
    S,
    'a source build is priced: hours and 60 GB',
    rocm.diskBytes === 60e9 && (rocm.minutes ?? 0) >= 120 && /hours and about 60 GB/.test(rocm.action),
    rocm.action,
  )
  check(
    S,
    'the installed CPU build is found to need AVX-512',
    risksOf(desktop).some(({ advice }) => advice.id === 'risk-installed-vllm-needs-avx512'),
  )
  const best = bestRoute(desktop)
  check(
    S,
    'it ends with the installed Ollama, kept at its version',
    best?.route === 'ollama' && best.state === 'installed' && has(best.why, 'ollama-keep-version'),
    best?.title,
  )
  check(
    S,
    'nothing is written under /etc',
    risksOf(desktop).some(({ advice }) => advice.id === 'risk-immutable-system'),
  )
  check(
    S,
    'llama.cpp is there too',
    routeOf(desktop, 'llama-cpp').state !== 'unsupported',
    routeOf(desktop, 'llama-cpp').title,
  )
}

function sharedServer(): void {
  const S = 'S5 shared A100'
  const server = machine('shared-a100')
  const [best] = layoutsFor({ machine: server, model: layoutModelOf(model('Qwen/Qwen3-8B').architecture) })
  check(S, 'CUDA_VISIBLE_DEVICES=4 is proposed', best?.environment.CUDA_VISIBLE_DEVICES === '4', best?.environment)
  check(S, 'the busy cards are named with their owners', best !== undefined && has(best.why, 'idle-cards'))
  const others = server.gpus.filter(({ index }) => index === 0)
  const { utilization } = utilizationAdvice(server, others, '0.11.0')
  const free = (others[0]?.memoryFreeBytes.value ?? 0) / (others[0]?.memoryTotalBytes.value ?? 1)
  check(S, 'utilization follows what is free on a busy card', utilization <= Math.max(0.05, free), {
    utilization,
    free: free.toFixed(3),
  })
  const start = recipe('Qwen/Qwen3-8B', 'vllm-cuda-wheel', '0.11.0', {
    layout: { gpus: [4], utilization: 0.75 },
    server: { port: 8020 },
  })
  const ladder = retryLadder(start, server)
  check(
    S,
    'the ladder: card, again, utilization, eager, prefix caching; no V0',
    ladder.map(({ id }) => id).join() === 'other-card,same-again,lower-utilization,eager,no-prefix-caching',
    ladder.map(({ id }) => id),
  )
  check(
    S,
    '0.75 becomes 0.675',
    ladder.some(({ set }) => set['layout.utilization'] === 0.675),
  )
  const v0 = recipe('Qwen/Qwen3-8B', 'vllm-cuda-wheel', '0.11.0', {
    engine: { route: 'vllm-cuda-wheel', version: '0.11.0', generation: 'v0' },
  })
  check(
    S,
    'V0 on 0.11.0 is refused: a bare AssertionError',
    contradictionsOf(v0, server).some(({ id, why }) => id === 'v0-gone' && why.includes('AssertionError')),
  )
}

function wherever(): void {
  const S = 'S6 whatever the machine'
  for (const name of ['mining-rig', 'rtx3060-desktop', 'tesla-p40', 'radeon-desktop', 'shared-a100', 'gb10']) {
    const best = bestRoute(machine(name))
    check(S, `${name} has a route that works`, best !== null, best?.title)
  }
  const gb10 = machine('gb10')
  const swap = swapAdvice(gb10, 9 * GiB)
  check(
    S,
    'GB10: limits are said to be blind, a guard watches',
    has(limitsAdvice(gb10, 9 * GiB, swap).advice, 'limits-blind-on-unified-memory') &&
      guardAdvice(gb10, 9 * GiB, swap).guard === 'earlyoom',
  )
}

for (const system of [miningRig, stableEngine, awqModel, radeonDesktop, sharedServer, wherever]) system()
for (const { system, what, passed, found } of checks)
  console.log(`${passed ? 'ok  ' : 'FAIL'}  ${system}: ${what}${found ? `  (${found})` : ''}`)
const failed = checks.filter(({ passed }) => !passed).length
console.log(`${checks.length - failed} of ${checks.length} checks of the six systems pass`)
process.exitCode = failed > 0 ? 1 : 0

import { contradictionsOf } from '../../src/advice/contradictions/contradictions.ts'
import { hostMemory } from '../../src/advice/fit/host-memory.ts'
import { guardAdvice, limitsAdvice } from '../../src/advice/host-safety/guard.ts'
import { swapAdvice } from '../../src/advice/host-safety/swap.ts'
import { layoutsFor } from '../../src/advice/layout/layout.ts'
import type { LayoutModel } from '../../src/advice/layout/layout-time.ts'
import { layoutModelOf } from '../../src/advice/layout/model.ts'
import { modelFacts } from '../../src/advice/model-facts.ts'
import { risksOf } from '../../src/advice/risks/risks.ts'
import { GiB } from '../../src/core/bytes.ts'

import { check, has, launchOf, machine, model, near, planFor, recipe, routeOf, shipped } from './check.ts'

/** S1: the mining rig, safety first: swap, guard, limits, links, and the layout. */
export function miningRig(): void {
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
  const layouts = layoutsFor({ machine: rig, model: qwen, eager: true }).filter(({ gpus }) => gpus.length === 8)
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

  const shippedRig = shipped('mining-rig')
  const plan = planFor(shippedRig, rig)
  const text = JSON.stringify(plan)
  const launch = launchOf(plan)
  const line = launch?.argv.join(' ') ?? ''
  check(
    S,
    'the swap file is of mode 600 and in fstab',
    /"600"|0600|mode=?.?600/.test(text) && text.includes('/etc/fstab'),
  )
  check(
    S,
    'the guard that is planned prefers vLLM and Python and spares ssh',
    /--prefer \\?"?[^"]*VLLM[^"]*python/.test(text) && /--avoid \\?"?[^"]*sshd/.test(text),
  )
  check(
    S,
    'the engine runs under limits in bytes, first to end',
    /MemoryMax=\d+/.test(line) && /MemorySwapMax=\d+/.test(line) && /1000/.test(line),
    line.slice(0, 160),
  )
  check(
    S,
    'a scope refuses the OOM score: it is set inside, by choom',
    /--scope .*-- .*choom -n 1000 -- /.test(line) && !line.includes('OOMScoreAdjust'),
    line.slice(0, 400),
  )
  check(S, 'at most 64 sequences, port 8000', /--max-num-seqs 64/.test(line) && /--port 8000/.test(line))
  check(
    S,
    'remote code is not trusted unasked',
    !shippedRig.model.trustRemoteCode && !line.includes('trust-remote-code'),
  )
  check(
    S,
    'an environment of its own, apart from conda',
    plan.untouched.some((sentence) => sentence.includes('conda')) && /engines\/mining-rig\/venv/.test(text),
  )
  check(
    S,
    'NCCL ends instead of hanging: the old name is said to do nothing',
    best !== undefined && has(best.why, 'nccl-async-error-handling-not-set'),
  )
  check(
    S,
    'the proof generates before the weights are there',
    plan.actions.some(({ id }) => id === 'proof'),
  )
  const asTold = recipe(id, 'vllm-cuda-wheel', '0.33.0+cu129', {
    engine: { route: 'vllm-cuda-wheel', version: '0.33.0+cu129', compilation: 'none' },
    layout: { tensorParallel: 8, utilization: 0.9, maxModelLen: 8192, maxNumSeqs: 64 },
    server: { port: 8000 },
  })
  const against = contradictionsOf(asTold, rig, modelFacts(asTold)).filter(({ kind }) => kind === 'refuse')
  check(
    S,
    'the old TP 8 at 0.90 and 8192 is still a choice',
    against.length === 0,
    against.map((one) => one.what),
  )
  const ours = contradictionsOf(shippedRig, rig, modelFacts(shippedRig)).filter(({ kind }) => kind === 'refuse')
  check(
    S,
    'the shipped recipe with its shares of layers has room',
    ours.length === 0,
    ours.map((one) => one.what),
  )
  const faster = (tensor?.requestSeconds ?? 0) / (stages?.requestSeconds ?? 1)
  check(
    S,
    'PP 8 is estimated faster than TP 8, by how much is said',
    faster > 1.2 && /\d/.test(best?.why[0]?.why ?? ''),
    faster.toFixed(1),
  )
  check(
    S,
    'eight workers need 20 to 40 GiB of host memory',
    high >= 20 * GiB && high <= 45 * GiB,
    `${(high / GiB).toFixed(0)} GiB`,
  )
  const three = { id: 'rocm', python: routeOf(rig, 'vllm-rocm-wheel').engine.python }
  check(S, 'Python 3.12 for ROCm, whatever the system has', three.python === '3.12')
}

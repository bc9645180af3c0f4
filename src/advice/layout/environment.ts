import { toolOf } from '../../machine/find.ts'
import type { Gpu, Machine } from '../../machine/schema.ts'
import type { Advice } from '../advice.ts'
import { gpuFact } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'
import { isOnRiser } from './link.ts'

type EnvironmentAdvice = { environment: Record<string, string>; why: Advice[] }

/** Which cards the engine sees. vLLM counts as CUDA does, which is not PCI order unless it is told. */
export function visibleCards(machine: Machine, cards: readonly Gpu[]): EnvironmentAdvice {
  const some = cards.length > 0 && cards.length < machine.gpus.length
  const mixed = new Set(machine.gpus.map((gpu) => gpu.name.value)).size > 1
  const list = cards.map((gpu) => gpu.index).join(',')
  if (cards[0]?.vendor.value === 'amd') {
    if (!some) return { environment: {}, why: [] }
    const why = makeAdvice('recommend', {
      id: 'visible-devices',
      about: 'layout.gpus',
      what: `Set HIP_VISIBLE_DEVICES=${list}.`,
      why: 'ROCm takes this one; a CUDA_VISIBLE_DEVICES that says otherwise stops vLLM.',
      source: sources.vllmGpu,
    })
    return { environment: { HIP_VISIBLE_DEVICES: list }, why: [why] }
  }
  if (cards[0]?.vendor.value !== 'nvidia' || !(some || mixed)) return { environment: {}, why: [] }
  const environment: Record<string, string> = { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }
  if (some) environment.CUDA_VISIBLE_DEVICES = list
  const why = makeAdvice(
    'recommend',
    {
      id: 'visible-devices',
      about: 'layout.gpus',
      what: some ? `Set CUDA_VISIBLE_DEVICES=${list}, counted in PCI order.` : 'Count the cards in PCI order.',
      why: 'CUDA counts the fastest card first unless CUDA_DEVICE_ORDER=PCI_BUS_ID says to count as nvidia-smi does.',
      source: {
        title: 'CUDA programming guide: environment variables',
        reference: 'https://docs.nvidia.com/cuda/cuda-c-programming-guide/',
      },
    },
    { facts: ['gpus'] },
  )
  return { environment, why: [why] }
}

/** NCCL's variables, for several cards; each with its reason. None where there is none to give. */
export function communication(machine: Machine, cards: readonly Gpu[]): EnvironmentAdvice {
  if (cards.length < 2 || cards[0]?.vendor.value === 'intel') return { environment: {}, why: [] }
  const environment: Record<string, string> = {}
  const why: Advice[] = []
  const risers = cards.filter(isOnRiser)
  if (risers[0]) {
    environment.NCCL_P2P_DISABLE = '1'
    why.push(
      makeAdvice(
        'recommend',
        {
          id: 'nccl-p2p-off',
          about: 'server.environment',
          what: 'Set NCCL_P2P_DISABLE=1.',
          why: 'Cards on risers often say that they reach each other and then hang; through host memory they do not.',
          source: sources.nccl,
        },
        {
          facts: risers.map((gpu) => gpuFact(gpu, machine, 'linkWidth')),
          sure: 'likely',
          wouldChange: 'cards in slots of their own',
        },
      ),
    )
  }
  if (risers.length > 0 && !toolOf(machine, 'ibstat', 'ibv_devinfo', 'ibstatus')) {
    environment.NCCL_IB_DISABLE = '1'
    why.push(
      makeAdvice(
        'recommend',
        {
          id: 'nccl-infiniband-off',
          about: 'server.environment',
          what: 'Set NCCL_IB_DISABLE=1.',
          why: 'There is no InfiniBand here, and NCCL then does not look for it.',
          source: sources.nccl,
        },
        { facts: ['tools'] },
      ),
    )
  }
  if (risers.length > 0) {
    why.push(
      makeAdvice('note', {
        id: 'nccl-async-error-handling-not-set',
        about: 'server.environment',
        what: 'NCCL_ASYNC_ERROR_HANDLING is not set.',
        why: 'It is an old name that vLLM removes from its workers; torch ends a hanging worker by itself since 2.2.',
        source: {
          title: 'vLLM: gpu_worker.py',
          reference: 'https://github.com/vllm-project/vllm',
          versions: 'vLLM >= 0.6.6',
        },
      }),
    )
  }
  return { environment, why }
}

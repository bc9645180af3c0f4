import { GiB } from '../../core/bytes.ts'
import { deviceBytes, gpuMemoryOf } from '../../knowledge/gpu-memory.ts'
import { capabilityOf, isUnifiedNvidia } from '../../knowledge/gpus.ts'
import type { FitInput } from './input.ts'
import type { MemoryRules } from './rules.ts'

/** A figure with how far off it may be, both in bytes. */
export type Estimate = { readonly bytes: number; readonly spread: number }

export type Device = {
  readonly total: Estimate
  readonly capability: number | null
  readonly vendor: 'nvidia' | 'amd'
  /** Shares its memory with the CPU. */
  readonly unified: boolean
  /** Bytes that the CUDA context of one process takes, outside what torch sees. */
  readonly context: number
  /** Bytes that other processes hold. */
  readonly others: number
}

/** What the card offers: as told by CUDA, by the table, or by the rule of thumb. */
export function deviceOf({ gpu }: FitInput): Device {
  const told = gpu.deviceTotalBytes
  const bytes = told ?? deviceBytes(gpu.name, gpu.totalBytes)
  const name = gpu.capability ?? capabilityOf(gpu.name)
  const capability = name === null ? null : Number(name)
  const vendor = gpu.vendor ?? gpuMemoryOf(gpu.name)?.vendor ?? 'nvidia'
  // A bare CUDA context: about 250 MiB on GeForce and workstation cards, 450 to 500 on A100, H100 and larger.
  const context = (bytes > 60 * GiB ? 0.45 : 0.25) * GiB
  const others = gpu.freeBytes === undefined ? 0 : Math.max(0, bytes - gpu.freeBytes)
  return {
    total: { bytes, spread: told === undefined ? bytes * 0.004 : 0 },
    capability,
    vendor,
    unified: isUnifiedNvidia(gpu.name),
    context,
    others,
  }
}

// Cards that NVLink joins in most machines: NCCL opens more channels there, and vLLM its own all-reduce buffers.
const linkedCards = /\b([AH]800|G?[AHB][123]00X?|H20|V100)\b/i

/** NCCL's buffers: before 0.11 all of them count, later what grows after the first measurement, since 0.27 more of it. */
function linkBytes(input: FitInput, cards: number, rules: MemoryRules): Estimate {
  if (cards === 1) return { bytes: 0, spread: 0 }
  if (linkedCards.test(input.gpu.name)) {
    if (rules.ncclCounted) return { bytes: 0.9, spread: 0.9 }
    return rules.consumedMeasured ? { bytes: 1, spread: 0.8 } : { bytes: 0.4, spread: 0.5 }
  }
  return rules.ncclCounted ? { bytes: 0.45, spread: 0.3 } : { bytes: 0.25, spread: 0.25 }
}

/**
 * What a first start takes that later ones with warm caches do not, halfway between the two. Since 0.27 everything that the process
 * took counts, and compiling leaves about 1.2 GiB of segments and modules behind (9.10 and then 10.33 GiB of cache on one L4). On
 * ROCm starts of one set-up differ by up to 2.6 GiB, compiled or not.
 */
function firstStartBytes(input: FitInput, device: Device, rules: MemoryRules): Estimate {
  if (device.vendor === 'amd') return { bytes: 1.2, spread: 1.4 }
  return rules.consumedMeasured && !input.enforceEager ? { bytes: 0.6, spread: 0.6 } : { bytes: 0, spread: 0 }
}

/**
 * What the engine takes besides weights, activations and graphs: kernels and workspaces that load on first use, buffers between
 * cards, what a first start leaves behind, and the CUDA context where the version counts it (GiB below).
 */
export function overheadOf(input: FitInput, device: Device, cards: number, rules: MemoryRules): Estimate {
  const base = device.vendor === 'amd' ? { bytes: 0.6, spread: 0.8 } : { bytes: 0.1, spread: 0.45 }
  // Free memory is the host's there (psutil), so what the engine's own processes take of it counts too.
  const host = device.unified ? { bytes: 2, spread: 1 } : { bytes: 0, spread: 0 }
  const context = rules.contextCounted ? { bytes: 0.45, spread: 0.15 } : { bytes: 0, spread: 0 }
  const parts = [base, linkBytes(input, cards, rules), host, context, firstStartBytes(input, device, rules)]
  return {
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0) * GiB,
    spread: Math.hypot(...parts.map((part) => part.spread)) * GiB,
  }
}

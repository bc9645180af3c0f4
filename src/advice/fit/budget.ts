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

/**
 * What the engine takes besides weights, activations and graphs: kernels and workspaces that load on first use, NCCL's buffers with
 * more than one card (before 0.11 all of them count, later only what grows after the first measurement), the CUDA context where the
 * version counts it. ROCm's runtime takes more, and more unevenly.
 */
export function overheadOf(device: Device, cards: number, rules: MemoryRules): Estimate {
  const base = device.vendor === 'amd' ? { bytes: 0.6, spread: 2 } : { bytes: 0.1, spread: 0.45 }
  const links =
    cards === 1
      ? { bytes: 0, spread: 0 }
      : rules.ncclCounted
        ? { bytes: 0.45, spread: 0.3 }
        : { bytes: 0.2, spread: 0.2 }
  // Free memory is the host's there (psutil), so what the engine's own processes take of it counts too.
  const host = device.unified ? { bytes: 2, spread: 1 } : { bytes: 0, spread: 0 }
  const context = rules.contextCounted ? { bytes: 0.45, spread: 0.15 } : { bytes: 0, spread: 0 }
  return {
    bytes: (base.bytes + links.bytes + host.bytes + context.bytes) * GiB,
    spread: Math.hypot(base.spread, links.spread, host.spread, context.spread) * GiB,
  }
}

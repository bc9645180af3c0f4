import type { ModelArchitecture } from '../../knowledge/models/architecture.ts'
import { isAtLeast } from '../../knowledge/vllm/version.ts'
import { releasedVersion } from './rules.ts'

export type ExpertKernel = {
  readonly vendor?: 'nvidia' | 'amd' | undefined
  readonly capability: number | null
  readonly vllmVersion?: string | undefined
}

/** Sizes that a kernel wants: the experts' width and each card's share of their intermediate size are rounded up to these. */
type Steps = { readonly width: number; readonly share: number }

/**
 * Rounding of MXFP4 experts (Mxfp4MoEMethod.create_weights of 0.10 to 0.18, mxfp4_round_up_hidden_size_and_intermediate_size since).
 * Marlin is the kernel of Ampere, Ada and consumer Blackwell, and of Hopper before 0.12, whose wheel is the first with Triton's
 * kernels; their layout on Hopper takes 64.4 GiB for the 60.8 GiB of gpt-oss-120b (vllm#33155), as a width of 256s does. ROCm and
 * data-centre Blackwell (FlashInfer) round both sides.
 */
function stepsFor({ vendor, capability, vllmVersion }: ExpertKernel): Steps {
  if (vendor === 'amd') return { width: 256, share: 256 }
  if (capability !== null && capability >= 10 && capability < 11) return { width: 256, share: 256 }
  const triton = capability === 9 && isAtLeast(releasedVersion(vllmVersion ?? 'newest'), '0.12.0')
  return triton ? { width: 256, share: 64 } : { width: 256, share: 128 }
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step
}

/** Times that a model's experts grow on one card because its kernel wants round sizes; 1 where they stay as they are. */
export function expertPadding(architecture: ModelArchitecture, tensorParallel: number, kernel: ExpertKernel): number {
  const { experts, quantization } = architecture
  if (experts === null || quantization === null || !/mxfp4/.test(quantization.method)) return 1
  const share = experts.intermediate / tensorParallel
  const steps = stepsFor(kernel)
  return (roundUp(share, steps.share) / share) * (roundUp(experts.width, steps.width) / experts.width)
}

import * as z from 'zod'
import type { WeightQuantization } from './architecture.ts'

const anything = z.record(z.string(), z.unknown())
const scheme = z.object({
  num_bits: z.number().int().min(1).max(32).optional().catch(undefined),
  type: z.string().optional().catch(undefined),
  strategy: z.string().optional().catch(undefined),
  group_size: z.number().int().positive().optional().catch(undefined),
  symmetric: z.boolean().optional().catch(undefined),
  targets: z.array(z.string()).optional().catch(undefined),
})
const schema = z.object({
  quant_method: z.string().max(60).optional().catch(undefined),
  quant_algo: z.string().max(60).optional().catch(undefined),
  format: z.string().max(60).optional().catch(undefined),
  bits: z.number().min(1).max(32).optional().catch(undefined),
  w_bit: z.number().min(1).max(32).optional().catch(undefined),
  group_size: z.number().int().optional().catch(undefined),
  q_group_size: z.number().int().optional().catch(undefined),
  zero_point: z.boolean().optional().catch(undefined),
  sym: z.boolean().optional().catch(undefined),
  load_in_4bit: z.boolean().optional().catch(undefined),
  weight_block_size: z.array(z.number().int().positive()).optional().catch(undefined),
  config_groups: anything.optional().catch(undefined),
  kv_cache_scheme: anything.nullable().optional().catch(undefined),
  kv_cache_quant_algo: z.string().nullable().optional().catch(undefined),
  ignore: z.array(z.string()).optional().catch(undefined),
  ignored_layers: z.array(z.string()).nullable().optional().catch(undefined),
  exclude_modules: z.array(z.string()).optional().catch(undefined),
  modules_to_not_convert: z.array(z.string()).nullable().optional().catch(undefined),
})

type Grid = Pick<WeightQuantization, 'bits' | 'groupSize' | 'groupBits'>

function grouped(bits: number, groupSize: number | undefined, zeroPoint: boolean): Grid {
  const group = groupSize !== undefined && groupSize > 0 ? groupSize : null
  return { bits, groupSize: group, groupBits: group === null ? 0 : 16 + (zeroPoint ? bits : 0) }
}

const perChannel8: Grid = { bits: 8, groupSize: null, groupBits: 0 }
// A float32 scale per block of 128 x 128 (DeepSeek V3 and what follows it).
const block8: Grid = { bits: 8, groupSize: 128 * 128, groupBits: 32 }
// OCP microscaling: one 8-bit exponent per 32 values. NVFP4: one FP8 scale per 16.
const mxfp4: Grid = { bits: 4, groupSize: 32, groupBits: 8 }
const mxfp8: Grid = { bits: 8, groupSize: 32, groupBits: 8 }
const nvfp4: Grid = { bits: 4, groupSize: 16, groupBits: 8 }

function schemeOf(group: unknown): Grid[] {
  const read = scheme.safeParse(anything.safeParse(group).data?.weights).data
  if (read?.num_bits === undefined) return []
  if (read.type === 'float' && read.num_bits === 4) return [read.group_size === 32 ? mxfp4 : nvfp4]
  if (read.strategy === 'block') return [block8]
  return [grouped(read.num_bits, read.strategy === 'group' ? read.group_size : undefined, read.symmetric === false)]
}

function compressedTensors({
  config_groups: groups,
  format,
  bits,
  group_size: groupSize,
}: z.infer<typeof schema>): Grid {
  // Mixed schemes: the one with the fewest bits covers the bulk (expert and MLP weights), the others the sensitive layers.
  const grids = Object.values(groups ?? {})
    .flatMap(schemeOf)
    .sort((a, b) => a.bits - b.bits)
  if (grids[0] !== undefined) return grids[0]
  if (format?.startsWith('nvfp4')) return nvfp4
  if (format?.startsWith('mxfp4')) return mxfp4
  return bits === undefined || bits >= 8 ? perChannel8 : grouped(bits, groupSize ?? 128, false)
}

function modelOpt(algorithm: string): Grid {
  if (algorithm.includes('NVFP4') || algorithm.includes('MIXED')) return nvfp4
  if (algorithm.includes('MXFP4')) return mxfp4
  if (algorithm.includes('MXFP8')) return mxfp8
  if (algorithm.includes('W4A16') || algorithm.includes('INT4')) return grouped(4, 128, false)
  return perChannel8
}

function kvCacheOf(config: z.infer<typeof schema>): string | null {
  const bits = scheme.safeParse(config.kv_cache_scheme).data?.num_bits
  const named = config.kv_cache_quant_algo?.toUpperCase() ?? ''
  return bits === 8 || named.includes('FP8') ? 'fp8' : null
}

// A pattern speaks for all layers; names are listed once per layer, and one or two of them are exceptions.
function leaves(ignored: readonly string[], module: RegExp): boolean {
  const named = ignored.filter((name) => module.test(name) && !/vis|norm/.test(name))
  return named.length > 8 || named.some((name) => /[*^$]|re:/.test(name))
}

/**
 * What `quantization_config` of config.json says about the size of the weights; null where the checkpoint is not quantized.
 * Sizes per weight: AWQ and GPTQ keep a 16-bit scale (and a zero point of the weight's width) per group, FP8 blocks a float32 per
 * 128 x 128, MXFP4 an 8-bit exponent per 32, NVFP4 an 8-bit scale per 16 (compressed-tensors, ModelOpt and OCP MX formats).
 */
export function readQuantization(input: unknown): WeightQuantization | null {
  const config = schema.safeParse(input).data
  const method = (config?.quant_method ?? (config?.quant_algo === undefined ? undefined : 'modelopt'))?.toLowerCase()
  if (config === undefined || method === undefined || method === 'none') return null
  const bits = config.bits ?? config.w_bit ?? 4
  const groupSize = config.group_size ?? config.q_group_size ?? 128
  const grid = ((): Grid => {
    switch (method) {
      case 'awq':
        return grouped(bits, groupSize, config.zero_point !== false)
      case 'gptq':
      case 'auto-round':
      case 'auto_round':
      case 'inc':
        return grouped(bits, groupSize, config.sym === false)
      case 'compressed-tensors':
      case 'compressed_tensors':
        return compressedTensors(config)
      case 'fp8':
        return config.weight_block_size === undefined ? perChannel8 : block8
      case 'mxfp4':
      case 'gpt_oss_mxfp4':
        return mxfp4
      case 'mxfp8':
        return mxfp8
      case 'modelopt':
      case 'modelopt_fp4':
      case 'modelopt_mixed':
        return modelOpt((config.quant_algo ?? (method === 'modelopt_fp4' ? 'NVFP4' : 'FP8')).toUpperCase())
      case 'bitsandbytes':
        // NF4 keeps an 8-bit absolute maximum per 64 values once it is itself quantized, else 32 bits.
        return config.load_in_4bit === true ? { bits: 4, groupSize: 64, groupBits: 32 } : perChannel8
      case 'fbgemm_fp8':
      case 'experts_int8':
      case 'quark':
        return perChannel8
      default:
        return { bits, groupSize: null, groupBits: 0 }
    }
  })()
  const ignored =
    config.ignore ?? config.ignored_layers ?? config.exclude_modules ?? config.modules_to_not_convert ?? []
  return {
    method,
    format: config.quant_algo ?? config.format ?? null,
    ...grid,
    covers: method === 'mxfp4' || method === 'gpt_oss_mxfp4' || method === 'experts_int8' ? 'experts' : 'linear',
    leavesAttention: leaves(ignored, /self_attn|(?<!linear_)attention|(?<!linear_)\battn\b/),
    leavesStates: leaves(ignored, /linear_attn|mamba|mixer|ssm/),
    kvCacheDtype: kvCacheOf(config),
  }
}

/** Bits that one quantized weight takes, scales and zero points counted in. */
export function bitsPerWeight(quantization: WeightQuantization): number {
  const { bits, groupSize, groupBits } = quantization
  return bits + (groupSize === null ? 0 : groupBits / groupSize)
}

import type { ModelArchitecture } from './architecture.ts'
import { type CatalogueModel, modelsLike } from './catalogue.ts'
import { readQuantization } from './quantization-config.ts'

// How people name the formats that they publish, the more special first.
const named: readonly [RegExp, Record<string, unknown>][] = [
  [/nvfp4/i, { quant_method: 'modelopt', quant_algo: 'NVFP4' }],
  [/mxfp4/i, { quant_method: 'mxfp4' }],
  [/awq/i, { quant_method: 'awq', bits: 4, group_size: 128 }],
  [/gptq.*(int8|8bit|8b)|int8|w8a8|w8a16/i, { quant_method: 'gptq', bits: 8, group_size: 128 }],
  [/gptq|int4|w4a16|autoround/i, { quant_method: 'gptq', bits: 4, group_size: 128 }],
  [/fp8/i, { quant_method: 'fp8' }],
  [/bnb|4bit/i, { quant_method: 'bitsandbytes', load_in_4bit: true }],
]

type SimilarModel = { readonly like: CatalogueModel; readonly architecture: ModelArchitecture }

/**
 * A guess by the name alone: another owner's model of the same name, else the one that differs in the number format, in the format that the name says
 * (`someone/Qwen3-14B-AWQ` is taken for Qwen3-14B with 4-bit weights). Null where no name is alike.
 */
export function similarModel(id: string): SimilarModel | null {
  const alike = modelsLike(id)
  const name = id.split('/').at(-1)?.toLowerCase()
  const namesake = alike.find((model) => model.id.split('/').at(-1)?.toLowerCase() === name)
  if (namesake !== undefined) return { like: namesake, architecture: namesake.architecture }
  const plain = alike.find((model) => model.quantization === null) ?? alike[0]
  if (plain === undefined) return null
  const format = named.find(([pattern]) => pattern.test(id))?.[1]
  const quantization = format === undefined ? null : readQuantization(format)
  return {
    like: plain,
    architecture: {
      ...plain.architecture,
      quantization,
      safetensorsBytes: quantization === null ? plain.architecture.safetensorsBytes : null,
    },
  }
}

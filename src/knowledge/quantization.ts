/**
 * What vLLM does with the number formats of checkpoints, beyond what each release's classes say (those are generated: see
 * vllm/methods). Sources: vLLM's platforms/rocm.py, xpu.py and cpu.py, its Marlin and compressed-tensors kernels, and its CPU page.
 */

/** Methods that the ROCm platform takes (`supported_quantization`). */
export const rocmMethods: readonly string[] = [
  'awq',
  'auto_awq',
  'awq_marlin',
  'gptq',
  'auto_gptq',
  'fp8',
  'deepseek_v4_fp8',
  'compressed-tensors',
  'fbgemm_fp8',
  'inc',
  'quark',
  'mxfp4',
  'mxfp8',
  'torchao',
  'modelopt',
  'modelopt_fp4',
  'modelopt_mxfp8',
  'modelopt_mixed',
  'gpt_oss_mxfp4',
]

/** Methods that the CPU backend runs. */
export const cpuMethods: readonly string[] = ['awq', 'gptq', 'compressed-tensors', 'auto_awq', 'auto_gptq']

/** Methods that the XPU platform takes. */
export const xpuMethods: readonly string[] = [
  'awq',
  'gptq',
  'auto_awq',
  'auto_gptq',
  'inc',
  'fp8',
  'deepseek_v4_fp8',
  'mxfp4',
  'mxfp8',
  'gpt_oss_mxfp4',
  'modelopt',
  'compressed-tensors',
]

/** Cards of AMD that compute in FP8. */
export const rocmFp8Targets: readonly string[] = ['gfx942', 'gfx950', 'gfx1200', 'gfx1201']

/** Model types that vLLM refuses to run in float16 (config/model.py), because their activations overflow. */
export const float16Refused: readonly string[] = ['gemma2', 'gemma3', 'gemma3_text', 'glm4']

/** Capabilities from which on kernels exist. */
export const floors = {
  bfloat16: '8.0',
  /** FP8 arithmetic; below it FP8 weights are unpacked by Marlin. */
  fp8: '8.9',
  /** FP8 KV cache in Triton and FlashAttention. */
  fp8KvCache: '8.9',
  /** FP4 arithmetic. */
  fp4: '10.0',
  mxfp4: '8.0',
} as const

/** Methods that became plugins or were removed, and what to do. */
export const movedOut: Readonly<Record<string, string>> = {
  gguf: 'Install the plugin vllm-gguf-plugin, or serve the GGUF with llama.cpp.',
  bitsandbytes: 'Install the plugin vllm-bnb-plugin.',
}

import { knowledgeDate } from '../knowledge/vllm/releases.ts'
import type { Source } from './advice.ts'

/** Where recurring facts come from. */
export const sources = {
  wheels: {
    title: `machine code and metadata of vLLM's wheels on PyPI, read on ${knowledgeDate}`,
    reference: 'npm run knowledge:vllm',
  },
  vllmGpu: {
    title: 'vLLM: GPU installation',
    reference: 'https://docs.vllm.ai/en/latest/getting_started/installation/gpu/',
  },
  vllmCpu: {
    title: 'vLLM: CPU installation',
    reference: 'https://docs.vllm.ai/en/latest/getting_started/installation/cpu/',
  },
  vllmParallel: {
    title: 'vLLM: parallelism and scaling',
    reference: 'https://docs.vllm.ai/en/latest/serving/parallelism_scaling/',
  },
  vllmQuantization: {
    title: 'vLLM: supported hardware of the quantization methods',
    reference: 'https://docs.vllm.ai/en/latest/features/quantization/',
  },
  cudaCompatibility: {
    title: 'NVIDIA: CUDA compatibility',
    reference: 'https://docs.nvidia.com/deploy/cuda-compatibility/',
  },
  ollamaGpu: { title: 'Ollama: hardware support', reference: 'https://docs.ollama.com/gpu' },
  ollamaGlibc: {
    title: 'Ollama: its builds need the glibc of RHEL 8',
    reference: 'https://github.com/ollama/ollama/issues/15624',
  },
  llamaInstall: {
    title: "llama.cpp's installer and its builds (2026)",
    reference: 'https://github.com/ggml-org/llama.cpp',
  },
  modelConfig: { title: 'config.json of the model', reference: 'https://huggingface.co/docs/hub/models' },
  gatedModels: { title: 'Hugging Face: gated models', reference: 'https://huggingface.co/docs/hub/models-gated' },
  ggufCopies: { title: "Ollama's library and GGUF repositories on the hub", reference: 'src/knowledge/gguf.ts' },
  systemd: {
    title: 'systemd.resource-control(5)',
    reference: 'https://www.freedesktop.org/software/systemd/man/latest/systemd.resource-control.html',
  },
  earlyoom: { title: 'earlyoom(1)', reference: 'https://github.com/rfjakob/earlyoom' },
  swapon: {
    title: 'swapon(8), section "Files with holes" and after',
    reference: 'https://man7.org/linux/man-pages/man8/swapon.8.html',
  },
  nccl: {
    title: 'NCCL: environment variables',
    reference: 'https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/env.html',
  },
} as const satisfies Record<string, Source>

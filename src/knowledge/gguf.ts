/** Where Ollama and llama.cpp get a model: its name in Ollama's library, and a repository with GGUF files on the hub. */
type GgufCopy = {
  /** `qwen3:8b`: four bits unless the name says otherwise. */
  readonly ollama: string
  /** llama.cpp takes its Q4_K_M file, or the only one. */
  readonly repository: string
}

/**
 * By the model's own id. Sources: ollama.com/library and the hub's repositories as public set-ups of 2026 name them; a repository
 * is the model's maker's or that of an established converter (ggml-org, unsloth, bartowski).
 */
const copies: Readonly<Record<string, GgufCopy>> = {
  'Qwen/Qwen3-0.6B': { ollama: 'qwen3:0.6b', repository: 'unsloth/Qwen3-0.6B-GGUF' },
  'Qwen/Qwen3-1.7B': { ollama: 'qwen3:1.7b', repository: 'unsloth/Qwen3-1.7B-GGUF' },
  'Qwen/Qwen3-4B': { ollama: 'qwen3:4b', repository: 'Qwen/Qwen3-4B-GGUF' },
  'Qwen/Qwen3-4B-Instruct-2507': { ollama: 'qwen3:4b-instruct', repository: 'unsloth/Qwen3-4B-Instruct-2507-GGUF' },
  'Qwen/Qwen3-8B': { ollama: 'qwen3:8b', repository: 'Qwen/Qwen3-8B-GGUF' },
  'Qwen/Qwen3-14B': { ollama: 'qwen3:14b', repository: 'Qwen/Qwen3-14B-GGUF' },
  'Qwen/Qwen3-32B': { ollama: 'qwen3:32b', repository: 'Qwen/Qwen3-32B-GGUF' },
  'Qwen/Qwen3-30B-A3B-Instruct-2507': {
    ollama: 'qwen3:30b-a3b-instruct-2507-q4_K_M',
    repository: 'unsloth/Qwen3-30B-A3B-Instruct-2507-GGUF',
  },
  'Qwen/Qwen3-235B-A22B-Instruct-2507': {
    ollama: 'hf.co/unsloth/Qwen3-235B-A22B-Instruct-2507-GGUF:Q4_K_M',
    repository: 'unsloth/Qwen3-235B-A22B-Instruct-2507-GGUF',
  },
  'Qwen/Qwen2.5-7B-Instruct': { ollama: 'qwen2.5:7b', repository: 'bartowski/Qwen2.5-7B-Instruct-GGUF' },
  'Qwen/Qwen2.5-72B-Instruct': { ollama: 'qwen2.5:72b', repository: 'bartowski/Qwen2.5-72B-Instruct-GGUF' },
  'Qwen/Qwen2.5-Coder-32B-Instruct': {
    ollama: 'qwen2.5-coder:32b',
    repository: 'bartowski/Qwen2.5-Coder-32B-Instruct-GGUF',
  },
  'meta-llama/Llama-3.2-3B-Instruct': { ollama: 'llama3.2:3b', repository: 'unsloth/Llama-3.2-3B-Instruct-GGUF' },
  'meta-llama/Llama-3.1-8B-Instruct': { ollama: 'llama3.1:8b', repository: 'unsloth/Llama-3.1-8B-Instruct-GGUF' },
  'meta-llama/Llama-3.3-70B-Instruct': { ollama: 'llama3.3:70b', repository: 'unsloth/Llama-3.3-70B-Instruct-GGUF' },
  'google/gemma-3-12b-it': { ollama: 'gemma3:12b', repository: 'unsloth/gemma-3-12b-it-GGUF' },
  'google/gemma-4-31B-it': { ollama: 'gemma4:31b', repository: 'unsloth/gemma-4-31B-it-GGUF' },
  'mistralai/Mistral-Small-3.2-24B-Instruct-2506': {
    ollama: 'mistral-small3.2:24b',
    repository: 'unsloth/Mistral-Small-3.2-24B-Instruct-2506-GGUF',
  },
  'openai/gpt-oss-20b': { ollama: 'gpt-oss:20b', repository: 'ggml-org/gpt-oss-20b-GGUF' },
  'openai/gpt-oss-120b': { ollama: 'gpt-oss:120b', repository: 'ggml-org/gpt-oss-120b-GGUF' },
  'deepseek-ai/DeepSeek-V3.1': { ollama: 'deepseek-v3.1:671b', repository: 'unsloth/DeepSeek-V3.1-GGUF' },
}

/** The GGUF copy of a model; null where none is known. */
export function ggufCopyOf(id: string): GgufCopy | null {
  return Object.hasOwn(copies, id) ? (copies[id] ?? null) : null
}

/** Bits of a weight in Q4_K_M, measured over whole files (llama.cpp's quantize table: 4.8 to 4.9). */
const bitsPerWeight = 4.85

/** About the bytes of a four-bit GGUF of so many parameters. */
export function ggufBytes(parameters: number): number {
  return (parameters * bitsPerWeight) / 8
}

/** True for a repository of GGUF files by its name, or a file. */
export function isGguf(id: string, file?: string): boolean {
  return /[-_.]gguf$/i.test(id) || file?.toLowerCase().endsWith('.gguf') === true
}

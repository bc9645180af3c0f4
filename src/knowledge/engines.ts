/** The engines, by the names that plans, journals and logs use. */
export const engineNames = ['vllm', 'ollama', 'llama-cpp'] as const
export type EngineName = (typeof engineNames)[number]

type EngineFacts = {
  /** As people call it. */
  readonly title: string
  /** Answers without a key as soon as the server is up. */
  readonly healthPath: string
  /** The variable by which it takes the key of its API: not on its command line, which everybody on the machine can read. Null: it has no keys. */
  readonly keyVariable: string | null
}

/** What every launch and export has to know of an engine; the compiler asks for all of it where a new one is named above. */
export const engines: Readonly<Record<EngineName, EngineFacts>> = {
  vllm: { title: 'vLLM', healthPath: '/health', keyVariable: 'VLLM_API_KEY' },
  ollama: { title: 'Ollama', healthPath: '/api/version', keyVariable: null },
  'llama-cpp': { title: 'llama.cpp', healthPath: '/health', keyVariable: 'LLAMA_API_KEY' },
}

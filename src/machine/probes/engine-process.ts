/** What a process is, by its command line and its name in the process table. */
const engines: readonly (readonly [RegExp, string])[] = [
  [/VLLM::(EngineCore|Worker)|VllmWorker/, 'vLLM worker'],
  [/\bvllm\b.*\bserve\b|vllm\.entrypoints|VLLM::APIServer/, 'vLLM'],
  [/(^|\/)ollama\s+(serve|runner)|(^|\/)ollama_llama_server/, 'Ollama'],
  [/(^|\/)llama-server\b/, 'llama.cpp'],
  [/\bsglang\b.*launch_server|sglang::/, 'SGLang'],
  [/text-generation-(launcher|server|router)/, 'TGI'],
  [/(^|\/)tritonserver\b/, 'Triton'],
]

/** The engine that a command line belongs to; null for everything else. An editor that has such a file open is none. */
export function engineOf(commandLine: string): string | null {
  const [program = ''] = commandLine.split(' ')
  if (/(^|\/)(vi|vim|nano|less|more|tail|grep|cat|sudo|ssh|tmux|bash|sh|watch|journalctl)$/.test(program)) return null
  return engines.find(([pattern]) => pattern.test(commandLine))?.[1] ?? null
}

/**
 * True for a worker whose parent is gone: it was left to the first process, holds GPU memory, and serves nobody. Servers under
 * the first process are services.
 */
export function isOrphan(engine: string, parentPid: number): boolean {
  return engine.endsWith('worker') && parentPid === 1
}

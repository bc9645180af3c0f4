import { GiB } from '../core/bytes.ts'

/** Names of processes that a guard must never end, as patterns: the way in, and what keeps the machine running. */
export const protectedProcesses = [
  'ssh',
  'sshd',
  'sshd-session',
  'bash',
  'login',
  'systemd',
  'systemd-.*',
  'dbus-daemon',
  'dbus-broker',
  'tmux.*',
  'screen',
]
/** Names of processes that belong to an engine: vLLM's workers call themselves `VLLM::Worker_TP0`, cut at 15 characters. */
const engineProcesses = ['VLLM.*', 'vllm', 'python.*', 'pt_main_thread', 'ollama', 'llama-server']

type GuardInput = {
  /** Null: not known. */
  readonly memoryBytes: number | null
  /** All swap that the machine will have. */
  readonly swapBytes: number
  /** CPU and GPU share one memory: what the GPU takes cannot be swapped. */
  readonly unifiedMemory: boolean
}

/**
 * Arguments of earlyoom (1.6 and newer) with which it really acts. It ends a process only when available memory AND free swap are
 * both below their limits (earlyoom(1)), so a large swap file keeps its default of 10 % from ever being reached. A machine that has
 * swapped twice its memory thrashes, and that is where the limit of swap is put; 100 % means that swap is not looked at.
 */
export function earlyoomArguments(input: GuardInput): string[] {
  const { terminate, kill } = swapLimits(input)
  return [
    ...['-m', '5,3'],
    ...['-s', `${terminate},${kill}`],
    ...['-r', '3600'],
    ...['--avoid', `^(${protectedProcesses.join('|')})$`],
    ...['--prefer', `^(${engineProcesses.join('|')})$`],
  ]
}

/** Percent of swap that is still free when earlyoom sends SIGTERM and SIGKILL. */
function swapLimits({ memoryBytes, swapBytes, unifiedMemory }: GuardInput): { terminate: number; kill: number } {
  if (swapBytes < GiB || unifiedMemory) return { terminate: 100, kill: 100 }
  const share = memoryBytes === null ? 1 : (2 * memoryBytes) / swapBytes
  const terminate = Math.min(90, Math.max(10, Math.round(100 - 100 * share)))
  return { terminate, kill: Math.max(5, terminate - 5) }
}

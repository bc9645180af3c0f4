import { GiB } from '../core/bytes.ts'

/** Names of processes that a guard must never end: the way in, and what keeps the machine running. */
export const protectedProcesses = [
  'systemd',
  'systemd-logind',
  'sshd',
  'ssh',
  'bash',
  'login',
  'dbus-daemon',
  'tmux',
  'screen',
]
/** Names of processes that belong to an engine: vLLM's workers call themselves `VLLM::Worker_TP0`. */
export const engineProcesses = ['VLLM', 'vllm', 'python3?', 'pt_main_thread', 'ollama', 'llama-server']

export type GuardInput = {
  /** All swap that the machine will have. */
  readonly swapBytes: number
  /** Swap that the engine is expected to fill; 0 where it should need none. */
  readonly expectedSwapBytes: number
}

/**
 * Arguments for earlyoom 1.6 and newer that really act. It ends a process only when available memory AND free swap are below
 * their limits (earlyoom(1)), so a large swap file keeps its default of 10 % from ever being reached. The swap limit is set where
 * the engine has taken half as much again as it should need; where no swap is expected it is 100 %, which means: ignore swap.
 */
export function earlyoomArguments({ swapBytes, expectedSwapBytes }: GuardInput): string[] {
  const swap = swapLimits(swapBytes, expectedSwapBytes)
  return [
    '-r',
    '3600',
    '-m',
    '5,3',
    '-s',
    `${swap.terminate},${swap.kill}`,
    '--avoid',
    `^(${protectedProcesses.join('|')})$`,
    '--prefer',
    `^(${engineProcesses.join('|')})`,
  ]
}

/** Percent of swap that is still free when earlyoom sends SIGTERM and SIGKILL. */
function swapLimits(swapBytes: number, expected: number): { terminate: number; kill: number } {
  if (swapBytes < GiB || expected <= 0) return { terminate: 100, kill: 100 }
  const free = Math.round(100 * (1 - (1.5 * expected) / swapBytes))
  const terminate = Math.min(90, Math.max(10, free))
  return { terminate, kill: Math.max(5, terminate - 8) }
}

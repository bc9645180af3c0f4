import type { LogLine } from './line.ts'

const typed: readonly RegExp[] = [
  // A prompt with a command: `(venv) me@rig:~$ vllm serve ...`, `$ export ...`.
  /^(?:\([\w.-]{1,40}\) ?)?(?:\[?[\w.-]{1,60}@[\w.-]{1,60}[^$#%]{0,80}[$#%]|[$❯]) \S/u,
  // Assignments alone (an indented one may be the end of a wrapped sentence), or before a command.
  /^(?:(?:export|env|ENV) +)?(?:[A-Z][A-Z0-9_]{2,}=\S*(?: +|$))+$/,
  /^\s*(?:(?:export|env|sudo|exec|nohup|time) +)*(?:[A-Z][A-Z0-9_]{2,}=\S* +)+[\\\w./~-]/,
  // Commands.
  /^\s*(?:export|sudo|exec|nohup) +\S/,
  /^\s*(?:docker|podman|nerdctl|kubectl|uv|pip3?|ollama) +[a-z]/,
  /^\s*(?:\S*\/)?(?:vllm +serve|llama-server|python[\d.]* +-m +\w)/,
  // A flag on a line of its own, in a shell or a compose file.
  /^\s*(?:- +)?["']?-{1,2}[a-zA-Z][\w-]*(?:["']?[ =,\\]|["']?$)/,
  // Entries of a compose file.
  /^\s*- *["']?[A-Z][A-Z0-9_]{2,}=/,
  /^\s+[A-Z][A-Z0-9]*_[A-Z0-9_]*: *["']?\S*$/,
  /^\s+(?:runtime|image|restart|ipc|shm_size|network_mode|container_name|driver|privileged): /,
]

const tellsFailure =
  /error|denied|not found|killed|fatal|fail|cannot|can't|could ?n[o']t|unable|invalid|no such|unrecognized|warning/i

/**
 * Whether a line is what somebody typed or configured and pasted along with a log, not what a program said:
 * `$ vllm serve ... --trust-remote-code`, `export NCCL_P2P_DISABLE=1`, `  - HF_HUB_OFFLINE=1`.
 */
export function isTyped({ level, message }: Pick<LogLine, 'level' | 'message'>): boolean {
  return level === null && !tellsFailure.test(message) && typed.some((pattern) => pattern.test(message))
}

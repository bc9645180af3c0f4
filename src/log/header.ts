import type { LogLevel } from './line.ts'

/** What a logger put before its message. */
type Header = { readonly rest: string; readonly level: LogLevel | null; readonly time: string | null }

const levels: Readonly<Record<string, LogLevel>> = {
  D: 'debug',
  DEBUG: 'debug',
  TRACE: 'debug',
  I: 'info',
  INFO: 'info',
  NOTICE: 'info',
  W: 'warning',
  WARN: 'warning',
  WARNING: 'warning',
  E: 'error',
  F: 'critical',
  ERROR: 'error',
  CRITICAL: 'critical',
  FATAL: 'critical',
}

const word = '(?<level>DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL)'
const date = String.raw`\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?`

const headers: readonly RegExp[] = [
  // vLLM: `INFO 11-20 12:00:00 [core.py:70] `, before 0.8.2 `INFO 11-20 12:00:00 core.py:70] `.
  new RegExp(`^${word} (?<time>\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?) \\[?[^\\]\\s]{1,120}\\] ?`),
  // The same without its date, as people quote it.
  new RegExp(`^${word} \\[[\\w./-]{1,120}\\.py:\\d+\\] ?`),
  // Ollama.
  /^time=(?<time>\S+) level=(?<level>[A-Z]+) source=\S+ msg=/,
  // llama.cpp with --log-timestamps --log-prefix.
  /^(?<time>\d+\.\d\d\.\d{3}\.\d{3}) (?<level>[IWED]) /,
  // loguru and kin: `2026-11-20 12:00:00.123 | ERROR | module:function:12 - `.
  new RegExp(`^(?<time>${date}) \\| ${word} *\\| (?:std(?:out|err) \\| |[\\w.<>:]+ - )?`),
  // log4j (TorchServe and other servers that pass on what their workers say): `2026-11-20T12:00:00,123 [INFO ] worker-1 MODEL_LOG - `.
  new RegExp(`^(?<time>${date}) \\[${word} *\\] \\S+ [\\w.]+ - ?`),
  // logging with a date in front: `2026-11-20 12:00:00,123 - name - ERROR - `, `[2026-11-20 12:00:00] ERROR `, `2026-11-20 12:00:00 ERROR name: `.
  new RegExp(`^\\[?(?<time>${date})\\]?(?: - [\\w.]+)?[ -]+\\[?${word}\\]?(?: - |[: ]+)`),
  // uvicorn and pip: `INFO:     Started`, logging's default: `WARNING:root:`.
  /^(?<level>DEBUG|INFO|WARNING|ERROR|CRITICAL): +/,
  /^(?<level>DEBUG|INFO|WARNING|ERROR|CRITICAL):[\w.]+:/,
  // torch's C++ part: `[W1120 12:00:00.123456789 ProcessGroupNCCL.cpp:1538] `.
  /^\[(?<level>[IWEF])\d{3,4} (?<time>\d\d:\d\d:\d\d\.\d+) [\w./-]+\.(?:cpp|cu|h|hpp):\d+\] ?/,
  // klog: `E1120 12:00:00.123456  1234 file.go:12] `.
  /^(?<level>[IWEF])\d{4} (?<time>\d\d:\d\d:\d\d\.\d+) +\d+ [^\]\s]+\] /,
]

/** Takes level, time and source file off a line, in the forms of vLLM of all versions, uvicorn, loguru, Ollama and llama.cpp. */
export function openHeader(text: string): Header {
  for (const header of headers) {
    const match = header.exec(text)
    if (!match) continue
    const { level, time } = match.groups ?? {}
    return { rest: text.slice(match[0].length), level: levels[level ?? ''] ?? null, time: time ?? null }
  }
  return { rest: text, level: null, time: null }
}

import type { LogLine } from '#src/log/line.ts'

/** A line of a log as the reader gives it. */
export function logLine(number: number, text = `line ${number}`, rest: Partial<LogLine> = {}): LogLine {
  return { number, text, process: null, pid: null, level: 'info', time: null, message: text, ...rest }
}

/** Lines `from` to `to`, both included. */
export function logLines(from: number, to: number): LogLine[] {
  return Array.from({ length: to - from + 1 }, (_, index) => logLine(from + index))
}

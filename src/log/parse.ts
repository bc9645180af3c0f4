import { printableLine } from '../core/printable.ts'
import { openEnvelope } from './envelope.ts'
import { openHeader } from './header.ts'
import type { LogLine } from './line.ts'

// `(EngineCore_DP0 pid=12) `, `(VllmWorker rank=0 pid=12) `, `(RayWorkerWrapper pid=12, ip=10.0.0.2) `, `(pid=12) `.
const worker = /^\((?<name>[A-Za-z][\w-]*(?: [^()=]{0,20}=?\w{0,8})?)?[ ,]*\bpid=(?<pid>\d+)[^)]{0,80}\) ?/
// torch puts the rank before each line of a traceback.
const rank = /^\[rank(?<rank>\d+)\]:\s?/
// What is left of colour codes when a terminal's text was copied without its escape characters.
const orphanColour = /(?:\^\[|\\x1b|\\u001b|\\033|\\e|␛)?\[\d{1,3}(?:;\d{1,3})*m/gi

/** Reads one physical line (no line break in it) of any engine's log. */
export function parseLine(number: number, raw: string): LogLine {
  const text = printableLine(raw).replace(orphanColour, '')
  const envelope = openEnvelope(text)
  let rest = envelope.rest
  let process = envelope.sender
  let pid = envelope.pid
  const prefix = worker.exec(rest)
  if (prefix) {
    process = prefix.groups?.['name']?.trim() ?? process
    pid = Number(prefix.groups?.['pid'])
    rest = rest.slice(prefix[0].length)
  }
  const ranked = rank.exec(rest)
  if (ranked) {
    process ??= `rank${ranked.groups?.['rank']}`
    rest = rest.slice(ranked[0].length)
  }
  const header = openHeader(rest)
  return { number, text, process, pid, level: header.level, time: header.time ?? envelope.time, message: header.rest }
}

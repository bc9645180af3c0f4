/** What a transport (docker, kubectl, journald, dmesg, a terminal paste) put around a line. */
type Envelope = {
  readonly rest: string
  readonly time: string | null
  readonly sender: string | null
  readonly pid: number | null
}

const isoTime = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)`
const sender = String.raw`(?<sender>[A-Za-z][\w@./-]{0,60})(?:\[(?<pid>\d+)\])?: `

const envelopes: readonly RegExp[] = [
  // Kubernetes' CRI files.
  new RegExp(`^(?<time>${isoTime}) std(?:out|err) [FP] ?`),
  // journalctl -o short-iso.
  new RegExp(`^(?<time>${isoTime}) [\\w.-]+ ${sender}`),
  // journalctl and syslog.
  new RegExp(`^(?<time>[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d)(?:\\.\\d+)? [\\w.-]+ ${sender}`),
  // docker logs -t, kubectl logs --timestamps, CI runners.
  new RegExp(`^(?<time>${isoTime}) `),
  // kubectl logs --prefix.
  /^\[pod\/[^\]\s]+\] /,
  // pm2.
  /^\d{1,3}\|[\w.-]{1,64} +\| ?/,
  // docker compose.
  /^[A-Za-z0-9][\w.-]{0,63} +\| ?/,
  // dmesg, with seconds since the boot or with a date.
  /^\[ *(?<time>\d{1,8}\.\d{6})\] /,
  /^\[(?<time>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})\] /,
  // Docker Desktop: its own time before a line that has none or another. loguru's line with a level is the logger's own.
  /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) \| (?! *(?:DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL) *\|)/,
  // CI runners that put the time into brackets (Buildkite).
  new RegExp(`^\\[(?<time>${isoTime})\\] ?`),
  // The frame of a table or of a terminal program (k9s, rich).
  /^ {0,4}[|│] ?/,
  // A quotation in a mail or an issue.
  /^> ?/,
]

/** Where docker, journald (`-o json`), clouds and structured loggers keep the line itself. */
const lineFields = ['log', 'message', 'MESSAGE', 'msg', 'textPayload']
const timeFields = ['time', 'timestamp', 'ts']

function unwrapJson(text: string): { rest: string; time: string | null } | null {
  if (!text.startsWith('{"') || !text.endsWith('}')) return null
  try {
    const entry = Object.entries(JSON.parse(text) as Record<string, unknown>)
    const first = (fields: readonly string[]): string | null => {
      const value = entry.find(([field]) => fields.includes(field))?.[1]
      return typeof value === 'string' ? value : null
    }
    const rest = first(lineFields)
    return rest === null ? null : { rest: rest.replace(/[\r\n]+$/, ''), time: first(timeFields) }
  } catch {
    return null
  }
}

/** Takes the prefixes of containers, journals and terminals off a line; several may be nested (compose in journald). */
export function openEnvelope(text: string): Envelope {
  const json = unwrapJson(text)
  let result: Envelope = { rest: json?.rest ?? text, time: json?.time ?? null, sender: null, pid: null }
  for (let nesting = 0; nesting < 3; nesting += 1) {
    const match = firstMatch(result.rest)
    if (!match) break
    const { time, sender: name, pid } = match.groups ?? {}
    result = {
      rest: result.rest.slice(match[0].length),
      time: time ?? result.time,
      sender: name ?? result.sender,
      pid: pid === undefined ? result.pid : Number(pid),
    }
  }
  return result
}

function firstMatch(text: string): RegExpExecArray | null {
  for (const envelope of envelopes) {
    const match = envelope.exec(text)
    if (match) return match
  }
  return null
}

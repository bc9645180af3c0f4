import { StringDecoder } from 'node:string_decoder'
import { redact } from '../core/redact.ts'

/** A secret that lies across two pieces of output is found because whole lines are looked at; a line without an end is cut here. */
const longestLine = 16 * 1024

type ActionLog = {
  readonly write: (chunk: string | Uint8Array) => void
  /** Writes what has no line end yet. */
  readonly flush: () => void
}

/** A log that passes on whole lines with the secrets taken out. A carriage return ends a line too: progress bars. */
export function actionLog(pass: (text: string) => void, secrets: readonly string[]): ActionLog {
  const decoder = new StringDecoder('utf8')
  let partial = ''
  const put = (text: string): void => {
    if (text !== '') pass(redact(text, secrets))
  }
  return {
    write(chunk) {
      partial += typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk))
      const end = Math.max(partial.lastIndexOf('\n'), partial.lastIndexOf('\r')) + 1
      const cut = end === 0 && partial.length > longestLine ? partial.length : end
      put(partial.slice(0, cut))
      partial = partial.slice(cut)
    },
    flush() {
      put(partial)
      partial = ''
    },
  }
}

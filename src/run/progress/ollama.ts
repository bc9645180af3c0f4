import { parseBytes } from '../../core/bytes.ts'
import type { ProgressReader } from './progress-reader.ts'

/** `ollama pull`: `pulling 8eeb52dfb3bb:  45% ▕███   ▏ 2.1 GB/4.7 GB   38 MB/s   1m2s` (before 0.33: `...` for the colon). */
export function ollamaProgress(): ProgressReader {
  return (line) => {
    const pull = /^pulling ([0-9a-z.]+).*?([\d.]+ [KMGT]?B)\/\s*([\d.]+ [KMGT]?B)/.exec(line)
    if (!pull) {
      // The spinner turns whether or not anything happens.
      const text = line
        .replace(/[\u2800-\u28ff]/g, '')
        .replace(/\s+/g, ' ')
        .trim()
      return /^(pulling|verifying|writing|success|gathering|copying|creating|parsing)/.test(text) ? { text } : null
    }
    const [, layer = '', done = '', total = ''] = pull
    return {
      text: `pulling ${layer.replace(/\.+$/, '')}`,
      doneBytes: parseBytes(done) ?? undefined,
      totalBytes: parseBytes(total) ?? undefined,
    }
  }
}

import { parseBytes } from '../../core/bytes.ts'
import type { ProgressReader } from './reader.ts'

/** `ollama pull`: `pulling 8eeb52dfb3bb...  45% ▕███   ▏ 2.1 GB/4.7 GB   38 MB/s   1m2s`. */
export function ollamaProgress(): ProgressReader {
  return (line) => {
    const pull = /^pulling ([0-9a-z.]+).*?([\d.]+ [KMGT]?B)\/\s*([\d.]+ [KMGT]?B)/.exec(line)
    if (!pull) return /^(pulling|verifying|writing|success)/.test(line) ? { text: line.replace(/\s+/g, ' ') } : null
    const [, layer = '', done = '', total = ''] = pull
    return {
      text: `pulling ${layer.replace(/\.+$/, '')}`,
      doneBytes: parseBytes(done) ?? undefined,
      totalBytes: parseBytes(total) ?? undefined,
    }
  }
}

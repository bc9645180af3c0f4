import { formatBytes, parseBytes } from '../../core/bytes.ts'
import type { ProgressReader } from './progress-reader.ts'

/**
 * uv without a terminal (0.5 and later): it names what is larger than 1 MiB with its size when its download begins and again, without
 * the size, when it ends, and then says `Resolved`, `Prepared`, `Installed` with a count. So the bytes are those of files that are whole.
 */
export function uvProgress(): ProgressReader {
  const sizes = new Map<string, number>()
  let doneBytes = 0
  let totalBytes = 0
  return (line) => {
    const begun = /^(?:Downloading|Building) (\S+) \(([\d.]+ ?[KMGT]?i?B)\)/.exec(line)
    if (begun) {
      const [, name = '', size = ''] = begun
      const bytes = parseBytes(size) ?? 0
      sizes.set(name, bytes)
      totalBytes += bytes
      return { text: `downloading ${name} (${formatBytes(bytes)})`, doneBytes, totalBytes }
    }
    const ended = /^(?:Downloaded|Built) (\S+)/.exec(line)
    if (ended) {
      const [, name = ''] = ended
      doneBytes += sizes.get(name) ?? 0
      sizes.delete(name)
      return totalBytes === 0 ? { text: line } : { text: `downloaded ${name}`, doneBytes, totalBytes }
    }
    const phase = /^(Resolved|Prepared|Uninstalled|Installed|Audited|Using|Creating|Building)\b/.test(line)
    return phase ? { text: line } : null
  }
}

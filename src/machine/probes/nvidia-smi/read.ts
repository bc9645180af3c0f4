import { stripVTControlCharacters } from 'node:util'
import { linesOf } from '../../lines.ts'
import type { Reading, Source } from '../../reading.ts'
import { readBareCsv } from './bare-csv.ts'
import { isCsvHeader, readNvidiaCsv } from './csv.ts'
import { nvidiaFailure, unopenedCards } from './failure.ts'
import { readNvidiaList } from './list.ts'
import { readNvidiaReport } from './report.ts'
import { readNvidiaTable } from './table.ts'
import { readNvidiaTopology } from './topology.ts'

/**
 * Reads whatever nvidia-smi printed: XML, `-q`, the plain table, CSV, `-L`, `topo -m`, an error, or several of them in one file.
 * Never throws; what is not understood gives nothing.
 */
export function readNvidiaSmi(input: string, source: Source): Reading[] {
  const text = stripVTControlCharacters(input)
  const parts: Reading[] = []
  if (/<nvidia_smi_log|<gpu id=/.test(text) || /^GPU [0-9a-f]{4,8}:[0-9a-f]{2}:/im.test(text))
    parts.push(readNvidiaReport(text, source))
  if (linesOf(text).some((line) => isCsvHeader(line))) parts.push(readNvidiaCsv(text, source))
  if (/^\|\s*NVIDIA-SMI|^\|\s*GPU\s+Name/m.test(text)) parts.push(readNvidiaTable(text, source))
  if (/^GPU \d+: /m.test(text)) parts.push(readNvidiaList(text, source))
  if (/^[ \t]*(?:\[\d+m)?GPU\d+\s.*(GPU\d+|Affinity|\sX\s)/m.test(text)) parts.push(readNvidiaTopology(text, source))
  if (parts.length === 0) parts.push(readBareCsv(text, source))
  const told = parts.some((part) => (part.gpus?.length ?? 0) > 0)
  const failure = told ? null : nvidiaFailure(text)
  parts.push({ gpus: unopenedCards(text, source) })
  return failure ? [...parts, { problems: [{ about: 'nvidia-driver', text: failure.text }] }] : parts
}

import { known } from '../../fact.ts'
import { linesOf } from '../../lines.ts'
import { textFact } from '../../read-value.ts'
import { cite, type GpuReading, type Reading, type Source } from '../../reading.ts'

const card = /^GPU (\d+): (.+?)(?: \(UUID: (GPU-[0-9a-f-]+)\))?\s*$/i
const slice = /^\s+(MIG \S+)\s+Device\s+(\d+):/i

/** Reads `nvidia-smi -L`: index, name, UUID and MIG slices. */
export function readNvidiaList(text: string, source: Source): Reading {
  const gpus: GpuReading[] = []
  for (const line of linesOf(text)) {
    const match = card.exec(line)
    const part = slice.exec(line)
    const last = gpus.at(-1)
    if (match) {
      gpus.push({
        vendor: 'nvidia',
        toolIndex: Number(match[1]),
        facts: {
          name: textFact(source, line, match[2]),
          ...(match[3] ? { uuid: textFact(source, line, match[3]) } : {}),
        },
      })
    } else if (part && last) {
      const before = last.facts.migInstances?.value ?? []
      const migInstances = known([...before, `${part[2]}: ${part[1]}`], cite(source, line))
      gpus[gpus.length - 1] = { ...last, facts: { ...last.facts, migInstances } }
    }
  }
  return { gpus }
}

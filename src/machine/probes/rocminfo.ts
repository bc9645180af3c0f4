import { isIntegratedTarget } from '../../knowledge/gpus.ts'
import { type Fact, known, unknown } from '../fact.ts'
import { linesOf } from '../lines.ts'
import { by, readCount, readPciAddress, readSize, saysNothing, textFact } from '../read-value.ts'
import { cite, type GpuReading, type Reading, type Source } from '../reading.ts'

type Field = { readonly value: string; readonly line: string }
type Agent = {
  readonly name: Field
  readonly fields: Map<string, Field>
  readonly pools: Field[]
  integrated: Field | null
}

/**
 * Reads `rocminfo`, whole or filtered through grep: one card per agent whose name is a target (`gfx906`). The ISA names below an
 * agent (ROCm 6.4 lists a generic one as well) are no further agents.
 */
export function readRocminfo(text: string, source: Source): Reading {
  const agents: Agent[] = []
  let segment = ''
  for (const line of linesOf(text.replace(/\u001b\[[0-9;]*m/g, ''))) {
    const match = /^\s*([A-Za-z][\w .()/-]*?)\s*:+\s*(.*?)[\s\\]*$/.exec(line)
    if (!match) continue
    const [, key = '', value = ''] = match
    const agent = agents.at(-1)
    if (key === 'Name' && !value.startsWith('amdgcn')) {
      agents.push({ name: { value, line }, fields: new Map(), pools: [], integrated: null })
    } else if (agent && key === 'Segment') {
      segment = value
    } else if (agent && key === 'Size' && segment.startsWith('GLOBAL')) {
      agent.pools.push({ value, line })
    } else if (agent && key === 'Memory Properties' && value === 'APU') {
      agent.integrated = { value, line }
    } else if (agent && !agent.fields.has(key)) {
      agent.fields.set(key, { value, line })
    }
  }
  const gpus = agents.filter((agent) => /^gfx[0-9a-f]{3,}/.test(agent.name.value))
  return { gpus: gpus.map((agent, index) => readAgent(agent, index, source)), ...missing(text, gpus.length) }
}

function readAgent(agent: Agent, index: number, source: Source): GpuReading {
  const field = (name: string) => agent.fields.get(name)
  const marketing = field('Marketing Name')
  const uuid = field('Uuid')
  const chip = readCount(field('Chip ID')?.value)
  const arch = agent.name.value
  const integrated = agent.integrated ?? (isIntegratedTarget(arch) ? agent.name : null)
  const address = addressOf(field('BDFID'), field('Domain'), source)
  return {
    vendor: 'amd',
    toolIndex: index,
    ...(chip === null ? {} : { deviceId: chip }),
    facts: {
      // `Device 738c`: the libraries are older than the card.
      name: textFact(
        source,
        marketing?.line,
        /^Device [0-9a-f]{4}$/i.test(marketing?.value ?? '') ? '' : marketing?.value,
      ),
      arch: known(arch, cite(source, agent.name.line)),
      ...(address ? { pciAddress: address } : {}),
      // Cards without a serial print `GPU-XX`.
      ...(uuid && !/XX$/.test(uuid.value) ? { uuid: textFact(source, uuid.line, uuid.value) } : {}),
      ...(agent.pools.length > 0 ? { memoryTotalBytes: memoryOf(agent, source) } : {}),
      ...(integrated ? { unifiedMemory: known(true, cite(source, integrated.line)) } : {}),
    },
  }
}

/** The largest global pool: the others are views of the same memory. */
function memoryOf(agent: Agent, source: Source): Fact<number> {
  const sizes = agent.pools.flatMap((pool) => {
    const bytes = readSize(pool.value)
    return bytes === null ? [] : [{ bytes, line: pool.line }]
  })
  const largest = sizes.toSorted((a, b) => b.bytes - a.bytes)[0]
  return largest
    ? by(known(largest.bytes, cite(source, largest.line)), 'rocminfo: global memory pool of the agent')
    : unknown('rocminfo prints no size of the pool', cite(source, agent.name.line))
}

function addressOf(id: Field | undefined, domain: Field | undefined, source: Source): Fact<string> | null {
  const number = readCount(id?.value)
  if (number === null || id === undefined || saysNothing(id.value)) return null
  const hex = (value: number) => value.toString(16).padStart(2, '0')
  const domainNumber = readCount(domain?.value) ?? 0
  const text = `${domainNumber.toString(16)}:${hex((number >> 8) & 0xff)}:${hex((number >> 3) & 0x1f)}.${number & 7}`
  const address = readPciAddress(text)
  return address === null ? null : known(address, cite(source, id.line))
}

function missing(text: string, found: number): Pick<Reading, 'problems'> {
  if (found > 0) return {}
  const line = /ROCk module is NOT loaded[^\n]*/i.exec(text)?.[0]
  if (line !== undefined) {
    return {
      problems: [{ about: 'amdgpu-driver', text: 'The kernel driver amdgpu is not loaded, so ROCm sees no card.' }],
    }
  }
  if (/Unable to open \/dev\/kfd|Permission denied/i.test(text)) {
    return {
      problems: [
        {
          about: 'amdgpu-driver',
          text: 'This user may not open /dev/kfd, so ROCm sees no card. Membership in the groups render and video gives access.',
        },
      ],
    }
  }
  return {}
}

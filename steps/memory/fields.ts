import { formatBytes, MiB, parseBytes } from '#src/core/bytes.ts'
import { type FieldSpec, oneOf, type Parsed } from '../field-spec.ts'

/** Reads `none`, `64GiB`, or `64GiB on /path/swapfile`. */
function swapFile(text: string): Parsed {
  const word = text.trim()
  if (word === '' || word === 'none') return { value: null }
  const match = /^(\S+?)\s*(?:(?:on|at|:)\s*(\/\S+))?$/.exec(word)
  const bytes = match ? parseBytes(match[1] ?? '') : null
  if (bytes === null || bytes < 16 * MiB) return { problem: 'none, or a size: 64GiB, or 64GiB at /swapfile' }
  return { value: { bytes, path: match?.[2] ?? '/rigup.swap' } }
}

function formatSwap(value: unknown): string {
  if (typeof value !== 'object' || value === null || !('bytes' in value) || !('path' in value)) return 'none'
  return `${formatBytes(Number(value.bytes)).replace(' ', '')} at ${String(value.path)}`
}

/** Reads `none`, or any of `memory=14GiB swap=110GiB oom=1000`. */
function limits(text: string): Parsed {
  const word = text.trim()
  if (word === '' || word === 'none') return { value: null }
  const result: Record<string, number> = {}
  for (const part of word.split(/\s+/)) {
    const match = /^(memory|swap|oom)=(.+)$/.exec(part)
    const value = match?.[1] === 'oom' ? Number(match[2]) : parseBytes(match?.[2] ?? '')
    if (!match || value === null || !Number.isInteger(value))
      return { problem: 'none, or memory=14GiB swap=110GiB oom=1000' }
    result[match[1] === 'memory' ? 'memoryBytes' : match[1] === 'swap' ? 'swapBytes' : 'oomScoreAdjust'] = value
  }
  return { value: result }
}

function formatLimits(value: unknown): string {
  if (typeof value !== 'object' || value === null) return 'none'
  const { memoryBytes, swapBytes, oomScoreAdjust } = value as Record<string, number | undefined>
  return [
    memoryBytes === undefined ? '' : `memory=${formatBytes(memoryBytes).replace(' ', '')}`,
    swapBytes === undefined ? '' : `swap=${formatBytes(swapBytes).replace(' ', '')}`,
    oomScoreAdjust === undefined ? '' : `oom=${oomScoreAdjust}`,
  ]
    .filter(Boolean)
    .join(' ')
}

const guards = ['none', 'earlyoom']

export const memoryFields: readonly FieldSpec[] = [
  {
    path: 'memory.swap',
    label: 'swap file',
    flag: 'swap',
    argument: 'size',
    help: 'swap file to create: none, 64GiB, or 64GiB at /path',
    parse: swapFile,
    format: formatSwap,
  },
  {
    path: 'memory.guard',
    label: 'guard',
    flag: 'guard',
    argument: 'name',
    help: 'what ends the engine before the machine stops answering: none, earlyoom',
    options: guards,
    parse: oneOf(guards),
  },
  {
    path: 'memory.limits',
    label: 'engine limits',
    flag: 'limits',
    argument: 'limits',
    help: 'none, or memory=14GiB swap=110GiB oom=1000',
    parse: limits,
    format: formatLimits,
  },
]

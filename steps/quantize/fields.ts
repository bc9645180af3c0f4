import { anyText, decimal, type FieldSpec, indexes, type Parsed, wholeNumber } from '../field-spec.ts'

/** Reads `NAME=value`, several with spaces; a value may not be a secret (the recipe refuses those). */
function assignments(text: string): Parsed {
  const entries: [string, string][] = []
  for (const part of text.split(/\s+/).filter(Boolean)) {
    const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(part)
    if (!match) return { problem: 'NAME=value, several with spaces' }
    entries.push([match[1] ?? '', match[2] ?? ''])
  }
  return { value: entries.length > 0 ? Object.fromEntries(entries) : undefined }
}

/** Reads engine flags without dashes: `swap-space=1 enforce-eager`. */
function engineFlags(text: string): Parsed {
  const entries: [string, string | number | boolean][] = []
  for (const part of text.split(/\s+/).filter(Boolean)) {
    const match = /^(?:--)?([a-z0-9][a-z0-9._-]*)(?:=(.*))?$/i.exec(part)
    if (!match) return { problem: 'name or name=value, several with spaces' }
    const value = match[2]
    if (value === undefined || value === 'true') entries.push([match[1] ?? '', true])
    else if (value === 'false') entries.push([match[1] ?? '', false])
    else entries.push([match[1] ?? '', value !== '' && Number.isFinite(Number(value)) ? Number(value) : value])
  }
  return { value: entries.length > 0 ? Object.fromEntries(entries) : undefined }
}

function joined(value: unknown): string {
  if (typeof value !== 'object' || value === null) return ''
  return Object.entries(value)
    .map(([name, item]) => (item === true ? name : `${name}=${String(item)}`))
    .join(' ')
}

export const quantizeFields: readonly FieldSpec[] = [
  {
    path: 'layout.tensorParallel',
    label: 'tensor parallel',
    flag: 'tensor-parallel',
    argument: 'n',
    help: 'GPUs that share each layer',
    parse: wholeNumber(1, 1024),
  },
  {
    path: 'layout.pipelineParallel',
    label: 'pipeline parallel',
    flag: 'pipeline-parallel',
    argument: 'n',
    help: 'stages of layers, one after the other',
    parse: wholeNumber(1, 1024),
  },
  {
    path: 'layout.gpus',
    label: 'GPUs',
    flag: 'gpus',
    argument: 'list',
    help: 'GPUs to use, in bus order: 0,2,3',
    parse: indexes,
  },
  {
    path: 'layout.maxModelLen',
    label: 'length',
    flag: 'max-model-len',
    argument: 'tokens',
    help: 'longest conversation in tokens',
    parse: wholeNumber(16),
  },
  {
    path: 'layout.utilization',
    label: 'utilization',
    flag: 'utilization',
    argument: 'share',
    help: 'share of each card that the engine may take',
    parse: decimal(0.01, 1),
  },
  {
    path: 'layout.maxNumSeqs',
    label: 'sequences at once',
    flag: 'max-num-seqs',
    argument: 'n',
    help: 'requests computed together',
    parse: wholeNumber(1),
  },
  {
    path: 'layout.maxNumBatchedTokens',
    label: 'batched tokens',
    flag: 'max-num-batched-tokens',
    argument: 'n',
    help: 'tokens computed in one step',
    parse: wholeNumber(1),
  },
  {
    path: 'layout.cpuKvCacheGib',
    label: 'KV cache (CPU)',
    flag: 'cpu-kv-cache',
    argument: 'GiB',
    help: 'memory for the KV cache of the CPU engine',
    parse: decimal(0.1, 100_000),
  },
  {
    path: 'quantization.method',
    label: 'method',
    flag: 'quantization',
    argument: 'method',
    help: 'checkpoint (what it says), or a method to apply',
    parse: anyText,
  },
  {
    path: 'quantization.dtype',
    label: 'number format',
    flag: 'dtype',
    argument: 'dtype',
    help: 'auto, float16, bfloat16, float32',
    parse: anyText,
  },
  {
    path: 'quantization.kvCacheDtype',
    label: 'KV cache format',
    flag: 'kv-cache-dtype',
    argument: 'dtype',
    help: 'auto, fp8, ...',
    parse: anyText,
  },
  {
    path: 'server.environment',
    label: 'environment',
    flag: 'env',
    argument: 'NAME=value',
    help: 'variables for the engine, with spaces',
    parse: assignments,
    format: joined,
  },
  {
    path: 'server.arguments',
    label: 'engine flags',
    flag: 'engine-flags',
    argument: 'flags',
    help: 'further flags of the engine, without dashes: swap-space=1 enforce-eager',
    parse: engineFlags,
    format: joined,
  },
]

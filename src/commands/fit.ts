import { fit as predict } from '../advice/fit/fit.ts'
import type { Fit, FitInput, Range } from '../advice/fit/input.ts'
import { formatBytes, formatGiB, GiB, MiB } from '../core/bytes.ts'
import { parseCount } from '../core/counts.ts'
import { printableLine } from '../core/printable.ts'
import { exitCodes, Problem } from '../core/problem.ts'
import { gpuMemoryOf } from '../knowledge/gpu-memory.ts'
import { newestRelease } from '../knowledge/vllm/releases.ts'
import type { Checkpoint } from '../models/checkpoint.ts'
import { readCheckpoint } from '../models/read-checkpoint.ts'
import { type CommandIo, writeJson } from './io.ts'

/** Flags of `rigup fit`, as commander gives them: camelCase, values as text. */
export type FitOptions = Readonly<Record<string, string | boolean | undefined>>

function usage(flag: string, value: unknown, wanted: string): Problem {
  return new Problem({
    what: `${flag} ${printableLine(String(value))} is not ${wanted}.`,
    next: 'See rigup fit --help.',
    exit: 'usage',
  })
}

function text(options: FitOptions, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value.trim() : undefined
}

function wholeNumber(options: FitOptions, name: string, flag: string): number | undefined {
  const value = text(options, name)
  if (value === undefined) return undefined
  const number = parseCount(value)
  if (number === null || number === 0) throw usage(flag, value, 'a whole number above 0')
  return number
}

function decimal(options: FitOptions, name: string, flag: string, most: number): number | undefined {
  const value = text(options, name)
  if (value === undefined) return undefined
  const number = Number(value)
  if (value === '' || !(number > 0 && number <= most)) throw usage(flag, value, `a number above 0 and up to ${most}`)
  return number
}

function gpuOf(options: FitOptions): FitInput['gpu'] {
  const name = text(options, 'gpu')
  if (!name) throw usage('--gpu', '', 'the name of a card')
  const known = gpuMemoryOf(name)
  const mib = decimal(options, 'gpuMemoryMib', '--gpu-memory-mib', 1e7) ?? known?.totalMib
  if (mib === undefined)
    throw new Problem({
      what: `The memory of a ${printableLine(name)} is not known.`,
      next: 'Give it as nvidia-smi tells it: --gpu-memory-mib 12288.',
      exit: 'usage',
    })
  return { name, totalBytes: mib * MiB, vendor: known?.vendor }
}

/** The widest tensor parallel size that divides the heads, where none is asked for. */
function tensorParallelOf(heads: number, cards: number): number {
  for (let size = cards; size > 1; size -= 1) if (heads % size === 0) return size
  return 1
}

function inputOf(options: FitOptions, checkpoint: Checkpoint): FitInput {
  const gpus = wholeNumber(options, 'gpus', '--gpus') ?? 1
  const pipelineParallel = wholeNumber(options, 'pipelineParallel', '--pipeline-parallel') ?? 1
  const { architecture } = checkpoint
  const cards = Math.max(1, Math.floor(gpus / pipelineParallel))
  return {
    architecture,
    gpu: gpuOf(options),
    gpus,
    tensorParallel:
      wholeNumber(options, 'tensorParallel', '--tensor-parallel') ?? tensorParallelOf(architecture.heads, cards),
    pipelineParallel,
    vllmVersion: text(options, 'engineVersion') ?? newestRelease().version,
    utilization: decimal(options, 'utilization', '--utilization', 1),
    maxModelLen: wholeNumber(options, 'maxModelLen', '--max-model-len'),
    kvCacheDtype: text(options, 'kvCacheDtype') ?? 'auto',
    maxNumSeqs: wholeNumber(options, 'maxNumSeqs', '--max-num-seqs'),
    maxNumBatchedTokens: wholeNumber(options, 'maxNumBatchedTokens', '--max-num-batched-tokens'),
    enforceEager: options.enforceEager === true,
    weightsGib: decimal(options, 'weightsGib', '--weights-gib', 1e5),
  }
}

function between({ low, high }: Range, show: (value: number) => string): string {
  return `(${show(low)} to ${show(high)})`
}

const thousands = (value: number): string => Math.round(value).toLocaleString('en-US')
const gib = (value: number): string => `${value.toFixed(1)} GiB`

function linesOf(input: FitInput, checkpoint: Checkpoint, result: Fit): string[] {
  const { range, parts } = result
  const cards = input.tensorParallel * input.pipelineParallel
  const rows: [string, string][] = [
    ['model', `${printableLine(checkpoint.id)}, ${formatBytes(result.diskBytes)} on disk`],
    [
      'on',
      `${cards} x ${printableLine(input.gpu.name)}, TP ${input.tensorParallel}, PP ${input.pipelineParallel}, vLLM ${printableLine(input.vllmVersion)}`,
    ],
    ['starts', result.starts ? 'yes' : 'no'],
    ['weights', `${gib(result.weightsGibPerGpu)} per GPU ${between(range.weightsGibPerGpu, gib)}`],
    ['activations', `${formatGiB(parts.activations)} per GPU`],
    ['graphs', `${formatGiB(parts.graphs)} per GPU`],
    ['KV cache', `${gib(result.kvGibPerGpu)} per GPU ${between(range.kvGibPerGpu, gib)}`],
    ['KV tokens', `${thousands(result.kvTokens)} ${between(range.kvTokens, thousands)}`],
    ['length', `${thousands(result.maxModelLen)} fits ${between(range.maxModelLen, thousands)}`],
    ['at once', `${result.concurrency.toFixed(2)} requests of that length`],
    ['host memory', `${formatGiB(result.hostMemory.totalBytes)} in ${result.hostMemory.processes} processes`],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return [
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    ...checkpoint.notes.map((note) => `note: ${printableLine(note)}`),
    ...result.reasons.flatMap((reason) => [
      '',
      `${reason.what} ${reason.why}`,
      ...(reason.instead === undefined ? [] : [`instead: ${reason.instead}`]),
    ]),
  ]
}

/**
 * `rigup fit`: says whether a model starts on given cards and what it has room for. Known models need no network.
 * @returns 0 where it starts, 4 (machine) where it does not.
 * @throws Problem (usage) for wrong flags; (input, network) where the model cannot be read.
 */
export async function runFit(options: FitOptions, io: CommandIo): Promise<number> {
  const id = text(options, 'model')
  if (!id) throw usage('--model', '', 'an id or a folder')
  const checkpoint = await readCheckpoint(id, { environment: io.environment, catalogue: 'first' })
  const input = inputOf(options, checkpoint)
  const result = predict(input)
  if (options.json === true) {
    const { architecture: _architecture, gpu, ...asked } = input
    const model = { id: checkpoint.id, source: checkpoint.source, asOf: checkpoint.asOf, notes: checkpoint.notes }
    writeJson(io, { ...result, model, gpu: { ...gpu, totalGib: gpu.totalBytes / GiB }, asked })
  } else io.stdout.write(`${linesOf(input, checkpoint, result).join('\n')}\n`)
  return result.starts ? exitCodes.ok : exitCodes.machine
}

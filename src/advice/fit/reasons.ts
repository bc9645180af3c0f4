import { formatGiB, GiB } from '../../core/bytes.ts'
import type { Advice, Source } from '../advice.ts'
import { makeAdvice } from '../make-advice.ts'
import type { Assessment, Stage } from './assessment.ts'
import type { Device } from './budget.ts'
import { bytesNeeded } from './kv-groups.ts'
import { balancedPartition, partitionReason } from './partition.ts'
import { stateBlocks } from './states.ts'

/** What stands in the way of a start, in the order in which the engine meets it. */
export type Obstacle = 'layout' | 'busy' | 'load' | 'no-cache' | 'too-long' | 'states' | 'graphs'

type Outlook = { readonly longest: number; readonly lowKv: number; readonly device: Device }

const accounting: Source = {
  title: "vLLM's GPU worker, determine_available_memory",
  reference: 'https://docs.vllm.ai/en/latest/configuration/conserving_memory/',
}
const cacheSource: Source = { title: "vLLM's kv_cache_utils.py, _check_enough_kv_cache_memory" }

function number(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`
}

/** A length that leaves room for what cannot be foreseen: a tenth below the longest, in steps of 1,024 where it is long enough. */
function roomyLength(longest: number): number {
  const roomy = longest * 0.9
  return roomy >= 2048 ? Math.floor(roomy / 1024) * 1024 : Math.floor(roomy)
}

function refusal(assessment: Assessment, stage: Stage, obstacle: Obstacle, outlook: Outlook): Advice {
  const { input, device, requested, utilization, length, rules, inFlight } = assessment
  const smaller = 'Take a quantized checkpoint or a smaller model, or spread it over more GPUs.'
  const facts = ['gpus.memoryTotalBytes', 'gpus.memoryFreeBytes']
  switch (obstacle) {
    case 'layout': {
      const cards = input.tensorParallel * input.pipelineParallel
      const short = cards > input.gpus
      return makeAdvice(
        'refuse',
        {
          id: 'fit-layout',
          about: 'layout.tensorParallel',
          what: 'Change the layout over the GPUs.',
          why: short
            ? `The layout needs ${cards} GPUs, and there are ${input.gpus}.`
            : `The model's ${input.architecture.heads} attention heads do not divide by ${input.tensorParallel}.`,
          source: { title: "vLLM's ModelConfig.verify_with_parallel_config" },
        },
        {
          facts: ['gpus'],
          instead: 'Choose a tensor parallel size that divides the heads, and pipeline stages for the rest.',
        },
      )
    }
    case 'busy': {
      const usable = Math.max(0, device.total.bytes - device.others - device.context)
      const share = Math.floor((usable / device.total.bytes) * 100 - 1) / 100
      return makeAdvice(
        'refuse',
        {
          id: 'fit-busy',
          about: 'layout.utilization',
          what: `Lower the utilization to ${Math.max(0.05, share)}.`,
          why: `A utilization of ${percent(utilization)} asks for ${formatGiB(requested)} of ${formatGiB(device.total.bytes)}, and only ${formatGiB(usable)} are free for it.`,
          source: { title: "vLLM's request_memory", versions: 'vLLM >= 0.9.1' },
        },
        { facts, instead: 'Use another GPU, or end what else runs on this one.' },
      )
    }
    case 'load':
      return makeAdvice(
        'refuse',
        {
          id: 'fit-weights',
          about: 'model',
          what: 'This checkpoint does not fit on the card.',
          why: `The weights take ${formatGiB(stage.weights)} per GPU, the card has ${formatGiB(device.total.bytes)}.`,
          source: accounting,
        },
        { facts, instead: smaller },
      )
    case 'no-cache':
      return makeAdvice(
        'refuse',
        {
          id: 'fit-no-cache',
          about: 'layout.utilization',
          what: 'Leave memory for the KV cache.',
          why: `Of the ${formatGiB(requested)} that the engine may use, weights take ${formatGiB(stage.weights)} and the largest batch ${formatGiB(stage.activations.bytes)}: nothing is left for the KV cache.`,
          source: accounting,
        },
        { facts, instead: `Raise the utilization, lower --max-num-seqs or --max-num-batched-tokens. ${smaller}` },
      )
    case 'too-long':
      return makeAdvice(
        'refuse',
        {
          id: 'fit-too-long',
          about: 'layout.maxModelLen',
          what:
            outlook.longest > 0
              ? `Set the length to ${number(roomyLength(outlook.longest))}.`
              : 'Leave more memory for the KV cache.',
          why: `One request of ${number(length)} tokens needs ${formatGiB(bytesNeeded(stage.layout, length, inFlight, rules), 2)} of KV cache per GPU; about ${number(outlook.longest)} tokens fit.`,
          source: cacheSource,
        },
        { facts, instead: 'A shorter length, an FP8 KV cache, a higher utilization, or more GPUs.' },
      )
    case 'states':
      return statesAdvice('refuse', assessment)
    case 'graphs':
      return makeAdvice(
        'refuse',
        {
          id: 'fit-graphs',
          about: 'layout.utilization',
          what: 'Lower the utilization.',
          why: `This version takes the memory of CUDA graphs, ${formatGiB(stage.graphs)}, on top of the utilization, and the card has less left.`,
          source: { title: "vLLM's GPU worker", versions: 'vLLM < 0.20, and < 0.29 where it uses its second runner' },
        },
        { facts, instead: 'Lower the utilization by 3 to 5 points, or start with --enforce-eager.' },
      )
  }
}

const statesSource: Source = {
  title: "vLLM's CompilationConfig.resolve_cudagraph_mode_and_sizes",
  versions: 'vLLM >= 0.20',
}

function statesAdvice(kind: 'refuse' | 'warn', assessment: Assessment): Advice {
  const { expected, low } = stateBlocks(assessment)
  return makeAdvice(
    kind,
    {
      id: kind === 'refuse' ? 'fit-states' : 'fit-states-tight',
      about: 'layout.maxNumSeqs',
      what: `Set --max-num-seqs to ${Math.max(1, low)}.`,
      why: `Layers with a state need a block for each of ${number(assessment.sequences)} requests at once, and there is room for about ${number(expected)}.`,
      source: statesSource,
    },
    {
      facts: ['gpus.memoryTotalBytes'],
      sure: 'likely',
      instead: 'More memory for the KV cache, or --enforce-eager, which asks for no such blocks.',
    },
  )
}

function statesNote(assessment: Assessment): Advice[] {
  return stateBlocks(assessment).low < assessment.sequences ? [statesAdvice('warn', assessment)] : []
}

function budgetNote({ device, utilization, requested, input, rules }: Assessment, stage: Stage): Advice {
  const counted =
    input.utilization === undefined ? `vLLM's default of ${percent(utilization)}` : `${percent(utilization)}`
  return makeAdvice(
    'note',
    {
      id: 'fit-budget',
      about: 'layout.utilization',
      what: `The engine may use ${formatGiB(requested)} of each card.`,
      why: `That is ${counted} of the ${formatGiB(device.total.bytes)} that CUDA offers; weights take ${formatGiB(stage.weights)}, the largest batch about ${formatGiB(stage.activations.bytes)}${
        rules.graphsReserved || stage.graphs === 0 ? '' : `, and graphs about ${formatGiB(stage.graphs)} on top of it`
      }.`,
      source: accounting,
    },
    { facts: ['gpus.memoryTotalBytes'], sure: 'likely', wouldChange: 'another utilization' },
  )
}

function tightNote(assessment: Assessment, outlook: Outlook): Advice[] {
  const { length, rules, inFlight, stages } = assessment
  const needed = Math.max(...stages.map((stage) => bytesNeeded(stage.layout, length, inFlight, rules)))
  if (needed <= outlook.lowKv) return []
  return [
    makeAdvice(
      'warn',
      {
        id: 'fit-tight',
        about: 'layout.maxModelLen',
        what: `A length of ${number(length)} is close to what fits.`,
        why: `It needs ${formatGiB(needed, 2)} of KV cache per GPU, and there may be as little as ${formatGiB(Math.max(0, outlook.lowKv), 2)}.`,
        source: cacheSource,
      },
      {
        facts: ['gpus.memoryTotalBytes'],
        sure: 'likely',
        instead: `${number(roomyLength(Math.min(length, outlook.longest)))} leaves room.`,
      },
    ),
  ]
}

function partitionAdvice({ input, device }: Assessment): Advice[] {
  const { architecture, tensorParallel, pipelineParallel } = input
  const better = balancedPartition(architecture, {
    tensorParallel,
    pipelineParallel,
    capability: device.capability,
    vendor: device.vendor,
    vllmVersion: input.vllmVersion,
  })
  return better === null || input.layersPerStage !== undefined ? [] : [partitionReason(better)]
}

function modelNotes({ input }: Assessment): Advice[] {
  return input.architecture.notModelled.map((what) =>
    makeAdvice(
      'note',
      {
        id: 'fit-not-modelled',
        about: 'model',
        what: 'Take the figures as a rough guide.',
        why: `This model has ${what}, which is only counted roughly.`,
        source: { title: "the model's config.json" },
      },
      { sure: 'guess' },
    ),
  )
}

/** Why the prediction says what it says, for an operator: the refusal first, then what the budget consists of. */
export function reasonsFor(
  assessment: Assessment,
  stage: Stage,
  obstacle: Obstacle | null,
  outlook: Outlook,
): Advice[] {
  const verdict =
    obstacle === null
      ? [...tightNote(assessment, outlook), ...statesNote(assessment)]
      : [refusal(assessment, stage, obstacle, outlook)]
  const used = stage.weights > 0.5 * GiB || obstacle === null ? [budgetNote(assessment, stage)] : []
  return [...verdict, ...used, ...partitionAdvice(assessment), ...modelNotes(assessment)]
}

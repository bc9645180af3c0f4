import { type Assessment, assess, availableBytes } from './assessment.ts'
import type { FitInput } from './input.ts'

// One card had 939 and 556 blocks where 1,089 and 658 were expected (vllm-project/recipes#831): too few is a refusal, so leave room.
const roomForError = 0.85

/**
 * Blocks that the fullest stage has for the states of a model that mixes attention with them (Mamba, gated delta net), as expected
 * and at worst; infinite where nothing asks. Whole graphs for decoding want one per sequence, and vLLM refuses a `max_num_seqs` above
 * the blocks there are (CompilationConfig.resolve_cudagraph_mode_and_sizes): of a card's default of 1,024 there are often fewer.
 */
export function stateBlocks(assessment: Assessment): { expected: number; low: number } {
  const { stages, rules, input, spread } = assessment
  const stated = stages.filter((stage) => stage.layout.groups.some((group) => group.spec.kind === 'state'))
  const asks = rules.statesBoundSequences && !input.enforceEager && stated.length > 0
  if (!asks) return { expected: Number.POSITIVE_INFINITY, low: Number.POSITIVE_INFINITY }
  const blocks = (bytes: number): number =>
    Math.min(
      ...stated.map((stage) =>
        Math.max(0, Math.floor((availableBytes(assessment, stage) - bytes) / stage.layout.bytesPerBlock)),
      ),
    )
  return { expected: blocks(0), low: Math.floor(blocks(spread) * roomForError) }
}

/** Requests at once for which there are states even at worst, to be set as max_num_seqs; null where the default is as good. */
export function fittingSequences(input: FitInput): number | null {
  const assessment = assess(input)
  const { low } = stateBlocks(assessment)
  return low >= assessment.sequences ? null : Math.max(1, low)
}

import { known } from './fact.ts'
import type { GpuReading } from './reading.ts'

/**
 * NVIDIA cards that the bus shows and nvidia-smi, which answers for others, does not. In a container they were not given to it, and are
 * none of its cards; elsewhere they do not answer, which is their problem.
 */
export function settleSilentCards<T extends GpuReading>(cards: readonly T[], inContainer: boolean): T[] {
  const answering = cards.filter((card) => card.vendor === 'nvidia' && card.toolIndex !== undefined)
  const isCertain = answering.length > 0 && answering.every((card) => card.facts.pciAddress?.value)
  return cards.flatMap((card) => {
    const address = card.facts.pciAddress
    const isSilent = card.vendor === 'nvidia' && card.toolIndex === undefined && address?.value
    if (!isCertain || !isSilent || card.facts.problem?.value) return [card]
    if (inContainer) return []
    const text = 'The bus shows this card and nvidia-smi does not: it does not answer, or the driver leaves it out.'
    return [{ ...card, facts: { ...card.facts, problem: known(text, ...address.evidence) } }]
  })
}

import type { Advice, Source } from '../advice.ts'

/** One line of the risk table: what the machine has, what follows, what is done about it, and in which step. */
export type Risk = {
  /** `RAM`, `Links`, `CPU`, `GPUs`, `Disk`, `OS`. */
  readonly component: string
  /** What was found: `15.5 GiB, swap 0`. */
  readonly specification: string
  readonly risk: string
  readonly mitigation: string
  /** The step that deals with it; null: nobody can. */
  readonly step: 'engine' | 'quantize' | 'memory' | 'model' | 'install' | null
  readonly advice: Advice
}

/** A risk before it is put as an advice. */
export type Found = Omit<Risk, 'advice'> & {
  id: string
  facts: string[]
  source: Source
  refuse?: boolean
  sure?: Advice['sure']
}

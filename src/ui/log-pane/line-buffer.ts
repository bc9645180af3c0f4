import type { LogLine } from '../../log/line.ts'

type LineBufferLimits = {
  readonly lines: number
  /** Of text, in UTF-16 code units. */
  readonly characters: number
}

const defaultLimits: LineBufferLimits = { lines: 20_000, characters: 16 * 1024 * 1024 }
/** A log reader cuts a longer line into pieces of this size, which share one number. */
const pieceLength = 16 * 1024

/**
 * The newest lines of a log, bounded in number and size: what came first goes first. A line has a position that never changes
 * while it is kept; positions run from `first` to `end - 1`.
 */
export class LineBuffer {
  readonly #limits: LineBufferLimits
  readonly #lines: (LogLine | undefined)[]
  readonly #listeners = new Set<() => void>()
  #first = 0
  #end = 0
  #characters = 0

  constructor(limits: Partial<LineBufferLimits> = {}) {
    this.#limits = { ...defaultLimits, ...limits }
    this.#lines = []
  }

  get first(): number {
    return this.#first
  }

  get end(): number {
    return this.#end
  }

  get size(): number {
    return this.#end - this.#first
  }

  /** Adds lines. A line with the number of the last one is a redrawing of it (a progress bar) and takes its place. */
  push(lines: readonly LogLine[]): void {
    if (lines.length === 0) return
    for (const line of lines) {
      const last = this.at(this.#end - 1)
      if (last?.number === line.number && last.text.length < pieceLength) this.#drop(--this.#end)
      if (this.size === this.#limits.lines) this.#drop(this.#first++)
      this.#lines[this.#end % this.#limits.lines] = line
      this.#end += 1
      this.#characters += line.text.length
      while (this.#characters > this.#limits.characters && this.size > 1) this.#drop(this.#first++)
    }
    for (const listener of this.#listeners) listener()
  }

  at(position: number): LogLine | undefined {
    return position < this.#first || position >= this.#end ? undefined : this.#lines[position % this.#limits.lines]
  }

  /** The position of the first line with that number or a higher one; the last line where there is none. */
  positionOf(number: number): number {
    let low = this.#first
    let high = this.#end - 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if ((this.at(middle)?.number ?? 0) < number) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Called after every push. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #drop(position: number): void {
    const index = position % this.#limits.lines
    this.#characters -= this.#lines[index]?.text.length ?? 0
    this.#lines[index] = undefined
  }
}

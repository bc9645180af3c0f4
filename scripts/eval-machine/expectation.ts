/** What a person reads in a capture. A field that is left out is not judged; null means that the capture does not tell it. */
export type ExpectedGpu = {
  readonly name?: RegExp | null
  readonly mib?: number | null
  readonly capability?: string | null
  readonly arch?: string | null
  readonly pci?: string | null
  /** Link width now and at most. */
  readonly width?: readonly [number | null, number | null]
  readonly unified?: boolean
  readonly driver?: string | null
  readonly mig?: string | null
}

export type Expectation = {
  readonly folder: string
  /** The capture's files, each with the name that it is staged under. */
  readonly files: Readonly<Record<string, string>>
  /** Alike cards, by number: `[4, {...}]`. */
  readonly gpus?: readonly (readonly [number, ExpectedGpu])[]
  /** How many pairs of cards have which kind of link. */
  readonly links?: Readonly<Record<string, number>>
  readonly cpu?: {
    readonly vendor?: string | null
    readonly model?: RegExp | null
    readonly architecture?: string | null
    readonly sockets?: number | null
    readonly cores?: number | null
    readonly threads?: number | null
    readonly flags?: readonly string[]
    readonly withoutFlags?: readonly string[]
  }
  readonly memoryBytes?: number | null
  readonly swapBytes?: number | null
  readonly os?: { readonly id?: string; readonly version?: string | null; readonly immutable?: boolean }
  /** Mount points with type and device. */
  readonly mounts?: Readonly<Record<string, readonly [string | null, string | null]>>
  /** Words that the problems of the machine must have in them. */
  readonly problem?: RegExp
}

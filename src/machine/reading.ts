import type { Evidence, Fact } from './fact.ts'
import { known, unknown } from './fact.ts'
import type { Filesystem, Gpu, Machine, Tool } from './schema.ts'

export type Vendor = NonNullable<Gpu['vendor']['value']>

/** What was read: a command line or a path, and when (absent for saved outputs). */
export type Source = { readonly name: string; readonly at?: string }

/** What one source says of one GPU. Several sources are laid over each other by address, UUID or position. */
export type GpuReading = {
  readonly vendor: Vendor
  /** The number that the vendor's own tool gives it. */
  readonly toolIndex?: number
  /** The PCI device id: what the table of cards is asked with. */
  readonly deviceId?: number
  /** The chip as lspci names it: `GA102GL [A10]`. */
  readonly chip?: string
  readonly facts: Partial<Omit<Gpu, 'index' | 'vendor'>>
}

/** Two GPUs of one vendor by the number that the vendor's tool gives them. */
export type LinkReading = {
  readonly vendor: Vendor
  readonly a: number
  readonly b: number
  readonly kind: Fact<string>
}

/** What one source says of a machine; everything else is absent. */
export type Reading = {
  readonly gpus?: readonly GpuReading[]
  readonly links?: readonly LinkReading[]
  readonly cpu?: Partial<Machine['cpu']>
  readonly memory?: Partial<Machine['memory']>
  readonly swap?: Partial<Machine['swap']>
  readonly filesystems?: readonly FilesystemReading[]
  readonly locations?: Partial<Machine['locations']>
  readonly os?: Partial<Machine['os']>
  readonly user?: Partial<Machine['user']>
  readonly tools?: readonly Tool[]
  readonly listeners?: Machine['listeners']
  readonly engines?: Machine['engines']
  readonly packaging?: Partial<Machine['packaging']>
  readonly proxies?: Machine['proxies']
  readonly network?: Machine['network']
  readonly problems?: Machine['problems']
}

export type FilesystemReading = { readonly mount: string } & Partial<Omit<Filesystem, 'mount'>>

/** The evidence of a line of a source. */
export function cite(source: Source, line?: string): Evidence {
  return {
    source: source.name,
    ...(line === undefined ? {} : { line: line.trim().slice(0, 300) }),
    ...(source.at === undefined ? {} : { at: source.at }),
  }
}

/** A fact read from a line; unknown, with the reason, where the value is null. */
export function factFrom<T>(source: Source, line: string | undefined, value: T | null, reason?: string): Fact<T> {
  return value === null
    ? unknown(reason ?? `${source.name} does not tell it`, ...(line === undefined ? [] : [cite(source, line)]))
    : known(value, cite(source, line))
}

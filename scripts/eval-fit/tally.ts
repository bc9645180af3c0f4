import type { ModelArchitecture } from '../../src/knowledge/models/architecture.ts'
import type { Start } from './starts.ts'

/** The nearest-rank quantile; null of nothing. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null
}

export function percent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(1)} %`
}

/** What a start is counted under. */
export function classesOf(start: Start, architecture: ModelArchitecture): string[] {
  const caches = architecture.layers.flatMap((layer) => layer.caches.map((cache) => cache.kind))
  const hybrid = new Set(caches).size > 1
  const latent = caches.includes('latent')
  const rocm = /amd|radeon|instinct/i.test(start.gpu ?? '')
  return [
    'all',
    ...(architecture.experts === null && !hybrid && !latent ? ['dense'] : []),
    ...(architecture.experts === null ? [] : ['MoE']),
    ...(latent ? ['MLA'] : []),
    ...(hybrid ? ['hybrid'] : []),
    ...(architecture.quantization === null ? [] : ['quantized']),
    ...(start.tensor_parallel > 1 ? ['TP'] : []),
    ...(architecture.vision === null ? [] : ['multimodal']),
    rocm ? 'ROCm' : 'CUDA',
  ]
}

export type Row = {
  readonly start: Start
  readonly classes: readonly string[]
  readonly right: boolean
  /** Predicted tokens over stated ones, less 1; null where none are stated. */
  readonly error: number | null
  readonly inside: boolean
  /** Highest over lowest predicted tokens, as a share of the expected; null where none are stated. */
  readonly width: number | null
  readonly text: string
}

/** A table over classes: starts called right, error of KV tokens, truth within the range, width of the range. */
export function printTable(title: string, rows: readonly Row[]): void {
  console.log(`\n${title}`)
  console.log('class        lines  starts right   tokens: lines  median      p90  in range  width of the range')
  const names = [...new Set(rows.flatMap((row) => row.classes))]
  const order = ['all', 'dense', 'MoE', 'MLA', 'hybrid', 'quantized', 'TP', 'multimodal', 'CUDA', 'ROCm']
  for (const name of names.toSorted((a, b) => order.indexOf(a) - order.indexOf(b))) {
    const of = rows.filter((row) => row.classes.includes(name))
    const told = of.filter((row) => row.error !== null)
    const errors = told.map((row) => Math.abs(row.error ?? 0))
    const columns = [
      name.padEnd(12),
      String(of.length).padStart(5),
      percent(of.filter((row) => row.right).length / of.length).padStart(13),
      String(told.length).padStart(16),
      percent(quantile(errors, 0.5)).padStart(7),
      percent(quantile(errors, 0.9)).padStart(8),
      percent(told.length === 0 ? null : told.filter((row) => row.inside).length / told.length).padStart(9),
      percent(
        quantile(
          told.map((row) => row.width ?? 0),
          0.5,
        ),
      ).padStart(13),
    ]
    console.log(columns.join(' '))
  }
}

export const KiB = 1024
export const MiB = 1024 ** 2
export const GiB = 1024 ** 3

/** Bytes as GiB with one decimal: `12.0 GiB`; a dash where unknown. */
export function formatGiB(bytes: number | null, decimals = 1): string {
  return bytes === null ? '-' : `${(bytes / GiB).toFixed(decimals)} GiB`
}

/** Bytes in the unit that reads best, binary: `812 MiB`, `2.1 GiB`, `3.4 TiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const
  let value = bytes
  let index = 0
  while (Math.abs(value) >= 1024 && index < units.length - 1) {
    value /= 1024
    index += 1
  }
  return `${value >= 100 || index === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[index] ?? 'B'}`
}

const sizes: Record<string, number> = {
  '': 1,
  b: 1,
  k: KiB,
  kb: 1000,
  kib: KiB,
  m: MiB,
  mb: 1e6,
  mib: MiB,
  g: GiB,
  gb: 1e9,
  gib: GiB,
  t: 1024 * GiB,
  tb: 1e12,
  tib: 1024 * GiB,
}

/** Reads `64GiB`, `64G`, `512 MiB`, `1.5g` as bytes; null where it is no size. */
export function parseBytes(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text)
  const factor = sizes[(match?.[2] ?? '?').toLowerCase()]
  return match && factor !== undefined ? Math.round(Number(match[1]) * factor) : null
}

import { elapsed } from '../text/elapsed.ts'

/** How far something is. Null and absent: not known, and then not shown. */
export type Progress = {
  readonly doneBytes?: number | null | undefined
  readonly totalBytes?: number | null | undefined
  readonly bytesPerSecond?: number | null | undefined
}

/** Seconds to go; null where the total or the rate is not known. */
export function remainingSeconds({ doneBytes, totalBytes, bytesPerSecond }: Progress): number | null {
  if (doneBytes == null || totalBytes == null || !bytesPerSecond) return null
  return totalBytes <= doneBytes ? 0 : (totalBytes - doneBytes) / bytesPerSecond
}

/**
 * `2.1 of 4.3 GB   38 MB/s   58 s`. Decimal units, as package indexes and disks count; the remainder stands only where it is
 * known.
 */
export function progressText(progress: Progress): string {
  const parts: string[] = []
  const { doneBytes, totalBytes, bytesPerSecond } = progress
  if (doneBytes != null && totalBytes != null) {
    const unit = unitFor(totalBytes)
    parts.push(`${inUnit(doneBytes, unit)} of ${inUnit(totalBytes, unit)} ${unit.name}`)
  } else if (doneBytes != null) {
    const unit = unitFor(doneBytes)
    parts.push(`${inUnit(doneBytes, unit)} ${unit.name}`)
  }
  if (bytesPerSecond != null) {
    const unit = unitFor(bytesPerSecond)
    parts.push(`${inUnit(bytesPerSecond, unit)} ${unit.name}/s`)
  }
  const remaining = remainingSeconds(progress)
  if (remaining !== null && remaining > 0) parts.push(elapsed(Math.max(1, Math.round(remaining))))
  return parts.join('   ')
}

type Unit = { readonly name: string; readonly bytes: number; readonly decimals: number }

const units: readonly Unit[] = [
  { name: 'TB', bytes: 1e12, decimals: 1 },
  { name: 'GB', bytes: 1e9, decimals: 1 },
  { name: 'MB', bytes: 1e6, decimals: 0 },
  { name: 'kB', bytes: 1e3, decimals: 0 },
]

function unitFor(bytes: number): Unit {
  return units.find((unit) => bytes >= unit.bytes) ?? { name: 'B', bytes: 1, decimals: 0 }
}

function inUnit(bytes: number, unit: Unit): string {
  return (bytes / unit.bytes).toFixed(unit.decimals)
}

import { KiB } from '../core/bytes.ts'
import type { Fact } from './fact.ts'
import { factFrom, type Source } from './reading.ts'

const absent =
  /^\[?\s*(n\/?a|not available.*|not supported|not applicable|unknown( error)?|none|err!?|error|no data|requested functionality has been deprecated|gpu requires reset|gpu is lost|gpu access blocked.*|unable to .*|insufficient permissions|(function )?not found|-+|)\s*\]?$/i

/** True for the many ways in which tools say that they do not know: `N/A`, `[Not Supported]`, `ERR!`, an empty cell. */
export function saysNothing(text: string): boolean {
  return absent.test(text.trim())
}

/** What a tool printed, or null where it says that it does not know. */
export function told(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null
  // Old names of fields say so behind their value: `610.62 [Deprecated; will be removed in CUDA 14.0. Use KMD Version instead]`.
  const trimmed = text.trim().replace(/\s+\[Deprecated[^\]]*\]$/i, '')
  return saysNothing(trimmed) ? null : trimmed
}

/** `K`, `KB`, `Ki`, `KiB`: all the same power of 1024. */
const units: Readonly<Record<string, number>> = Object.fromEntries([
  ...['', 'b', 'byte', 'bytes'].map((unit) => [unit, 1]),
  ...['k', 'm', 'g', 't', 'p'].flatMap((letter, power) =>
    ['', 'b', 'i', 'ib'].map((end) => [`${letter}${end}`, KiB ** (power + 1)]),
  ),
])

/**
 * A size with its unit as bytes: `12288 MiB`, `1.9G`, `32710904(0x1f320f8) KB`. Hardware tools mean powers of two, whatever
 * they write. A number without a unit is taken as `bare`. Null where it is no size.
 */
export function readSize(text: string | null | undefined, bare = 1): number | null {
  const match = /^([\d.,]+)\s*(?:\(0x[0-9a-f]+\))?\s*([a-z]*)$/i.exec(text?.trim() ?? '')
  if (!match) return null
  const unit = (match[2] ?? '').toLowerCase()
  const factor = unit === '' ? bare : units[unit]
  const value = Number((match[1] ?? '').replace(/,(?=\d{3}\b)/g, '').replace(',', '.'))
  const bytes = factor === undefined ? Number.NaN : Math.round(value * factor)
  return Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : null
}

/** The first whole number in a text: `16x` is 16, `GPU 3` is 3. Null where there is none, or it is too large to be meant. */
export function readCount(text: string | null | undefined): number | null {
  const match = /\d+/.exec(text ?? '')
  const value = match ? Number(match[0]) : Number.NaN
  return Number.isSafeInteger(value) ? value : null
}

/** The first number in a text, with sign and fraction: `-5 C`, `66.84 W`. */
export function readNumber(text: string | null | undefined): number | null {
  const match = /-?\d+(?:\.\d+)?/.exec(text ?? '')
  const value = match ? Number(match[0]) : Number.NaN
  return Number.isFinite(value) ? value : null
}

/**
 * A PCI address with domain, lower case: `0000:01:00.0`. Takes `01:00.0`, `00000000:01:00.0`, `0000000F:01:00.0` and `1:0.0`.
 */
export function readPciAddress(text: string | null | undefined): string | null {
  const match = /^(?:([0-9a-f]{1,8}):)?([0-9a-f]{1,2}):([0-9a-f]{1,2})\.([0-7])$/i.exec(text?.trim() ?? '')
  if (!match) return null
  const domain = (match[1] ?? '0').replace(/^0+(?=.)/, '').padStart(4, '0')
  return `${domain}:${(match[2] ?? '').padStart(2, '0')}:${(match[3] ?? '').padStart(2, '0')}.${match[4]}`.toLowerCase()
}

/** A link speed in GT/s as PCIe generation: 2.5, 5, 8, 16, 32, 64 GT/s are 1 to 6 (PCI Express Base Specification). */
export function generationOfSpeed(gigatransfers: number | null): number | null {
  if (gigatransfers === null) return null
  const index = [2.5, 5, 8, 16, 32, 64].indexOf(gigatransfers)
  return index < 0 ? null : index + 1
}

/** Text from outside as a fact; unknown where the tool says so, in its own words. */
export function textFact(source: Source, line: string | undefined, text: string | null | undefined): Fact<string> {
  return factFrom(source, line, told(text), reasonOf(source, text))
}

/** A value read from text as a fact; unknown where the tool says so or prints something else. */
export function valueFact<T>(
  source: Source,
  line: string | undefined,
  text: string | null | undefined,
  read: (text: string) => T | null,
): Fact<T> {
  const plain = told(text)
  return factFrom(source, line, plain === null ? null : read(plain), reasonOf(source, text))
}

function reasonOf(source: Source, text: string | null | undefined): string {
  const printed = text?.trim() ?? ''
  return printed === '' ? `${source.name} does not tell it` : `${source.name} prints “${printed.slice(0, 80)}”`
}

/** The same fact with the way its number was determined. */
export function by<T>(fact: Fact<T>, method: string): Fact<T> {
  return fact.value === null ? fact : { ...fact, method }
}

import { createHash } from 'node:crypto'

/** What a lock says, without its hashes. */
type LockSummary = {
  /** sha256 of the text. */
  sha256: string
  /** Package name (normalised as on an index) to exact version. */
  packages: ReadonlyMap<string, string>
}

/** Reads a lock in pip's requirements format with hashes, as `uv pip compile --generate-hashes` writes it. */
export function readLock(text: string): LockSummary {
  const packages = new Map<string, string>()
  // A requirement and its hashes are one logical line, joined by backslashes.
  for (const line of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const match = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*(?:==\s*(\S+)|@\s*(\S+))/.exec(line)
    if (!match) continue
    packages.set(normalisedName(match[1] ?? ''), match[2] ?? match[3] ?? '')
  }
  return { sha256: createHash('sha256').update(text).digest('hex'), packages }
}

/** A distribution's name as indexes compare it (PEP 503). */
export function normalisedName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-')
}

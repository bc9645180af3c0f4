/**
 * Compares two release versions as Python does (PEP 440) as far as vLLM uses it: numbers, `.postN`, and `rcN`, `devN` before
 * the release. `0.10.1.1` is newer than `0.10.1`, `0.6.6.post1` than `0.6.6`, `0.11` equals `0.11.0`. A local part (`+cu129`)
 * does not count.
 */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [keyOf(left), keyOf(right)]
  for (let index = 0; index < Math.max(a.numbers.length, b.numbers.length); index += 1) {
    const difference = (a.numbers[index] ?? 0) - (b.numbers[index] ?? 0)
    if (difference !== 0) return Math.sign(difference)
  }
  return Math.sign(a.stage - b.stage)
}

/** True where `version` is `floor` or newer. */
export function isAtLeast(version: string, floor: string): boolean {
  return compareVersions(version, floor) >= 0
}

/** True where `version` is older than `limit`. */
export function isBefore(version: string, limit: string): boolean {
  return compareVersions(version, limit) < 0
}

/** `0.10` of `0.10.1.1`. */
export function minorOf(version: string): string {
  return keyOf(version).numbers.concat(0, 0).slice(0, 2).join('.')
}

function keyOf(version: string): { numbers: number[]; stage: number } {
  const match = /^v?(\d+(?:\.\d+)*)(?:\.?(rc|a|b|dev|post)(\d*))?/.exec(version.trim().toLowerCase())
  const numbers = (match?.[1] ?? '0').split('.').map(Number)
  const order = Number(match?.[3] || 0)
  const before = match?.[2] === 'dev' ? -2e6 : -1e6
  const stage = match?.[2] === undefined ? 0 : match[2] === 'post' ? order + 1 : before + order
  return { numbers, stage }
}

const factors: Readonly<Record<string, number>> = { '': 1, k: 1000, K: 1024, m: 1e6, M: 1024 ** 2 }

/**
 * Reads a whole number as vLLM reads its flags: `32,768`, `32k` (32,000), `32K` (32,768), `1M`; null where it is none.
 * Source: `human_readable_int` in vLLM's arg_utils.py, since 0.9.
 */
export function parseCount(text: string): number | null {
  const match = /^(\d{1,12})([kKmM]?)$/.exec(text.trim().replaceAll(',', ''))
  const factor = factors[match?.[2] ?? '']
  return match && factor !== undefined ? Number(match[1]) * factor : null
}

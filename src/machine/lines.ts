const longest = 4000

/**
 * The lines of a tool's output, safe for patterns with several open ends: none longer than 4000 characters (the flags of a CPU
 * have 2500), no run of blanks longer than 64, none at the end.
 */
export function linesOf(text: string): string[] {
  return text.split(/\r?\n/).map((line) =>
    line
      .slice(0, longest)
      .replace(/[^\S\n]{65,}/g, ' '.repeat(64))
      .trimEnd(),
  )
}

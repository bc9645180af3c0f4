/** Quotes one word for a POSIX shell; for showing commands and writing scripts, never for running them. */
export function shellQuote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** An argument list as one line of shell. */
export function shellLine(argv: readonly string[]): string {
  return argv.map(shellQuote).join(' ')
}

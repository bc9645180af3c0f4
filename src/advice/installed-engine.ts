/** What an installed vLLM says of itself; it wins over the table of releases. */
export type InstalledEngine = {
  readonly version: string
  /** With dashes; of `--x` and `--no-x` only the first may be there. */
  readonly flags: ReadonlySet<string>
  readonly variables: ReadonlySet<string>
  readonly methods: ReadonlySet<string>
}

/** True where the engine takes the flag, in its negative form too. */
export function takesFlag({ flags }: InstalledEngine, flag: string): boolean {
  return flags.has(flag) || flags.has(flag.replace(/^--no-/, '--'))
}

import type { Environment } from '../../core/directories.ts'

/** How a command ended. */
export type CommandResult =
  | { readonly kind: 'ended'; readonly code: number | null; readonly stdout: string; readonly stderr: string }
  /** There is no such program in PATH. */
  | { readonly kind: 'absent' }
  /** It is there and could not be started: no permission, wrong architecture. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It did not end within its limit and was killed. */
  | { readonly kind: 'hung'; readonly afterMilliseconds: number }

export type RunOptions = {
  readonly timeLimitMilliseconds?: number
  readonly environment?: Environment
}

/**
 * Everything that detection asks of the outside. Tests and saved outputs stand in for it; nothing here changes the machine,
 * and nothing throws: what cannot be read is null.
 */
export type Host = {
  readonly environment: Environment
  readonly uid: number | null
  /** Runs a program with its arguments and without standard input, in the C locale. */
  readonly run: (argv: readonly string[], options?: RunOptions) => Promise<CommandResult>
  /** The beginning of a text file, at most `maxBytes` (1 MiB where absent). */
  readonly readText: (path: string, maxBytes?: number) => Promise<string | null>
  /** Names in a folder. */
  readonly list: (path: string) => Promise<string[] | null>
  /** What a path leads to when every symbolic link is followed. */
  readonly realPath: (path: string) => Promise<string | null>
  /** Whether this user may read (`r`), write (`w`) or execute (`x`) it; null where it is absent. */
  readonly may: (path: string, wanted: 'r' | 'w' | 'rw' | 'x') => Promise<boolean | null>
  /** The present moment, ISO 8601. */
  readonly now: () => string
}

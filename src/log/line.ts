export type LogLevel = 'debug' | 'info' | 'warning' | 'error' | 'critical'

/** One line of a log, normalised: what every consumer of logs works on. */
export type LogLine = {
  /** Counts from 1, as an editor counts: by line feeds. Redrawings of a progress bar and the pieces of an over-long line share one number. */
  readonly number: number
  /** The whole line, safe to show: no escape sequences, no control characters. */
  readonly text: string
  /** Who wrote it: `EngineCore`, `Worker_TP0`, `APIServer`, or a host's `kernel`, `systemd`; null where the line does not say. */
  readonly process: string | null
  readonly pid: number | null
  readonly level: LogLevel | null
  /** The time as written, without the level; null where there is none. */
  readonly time: string | null
  /** The text without the prefixes of container, journal, worker and logger. */
  readonly message: string
}

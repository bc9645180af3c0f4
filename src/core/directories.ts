import { homedir } from 'node:os'
import { join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** Where rigup keeps things, after the XDG base directory specification. */
export type Directories = {
  /** Saved recipes and locks. */
  recipes: string
  /** Engines (virtual environments), tools (uv) and what belongs to them. */
  data: string
  /** Runs: plan, journal, logs. */
  state: string
  /** What may be deleted at any time. */
  cache: string
}

function base(environment: Environment, variable: string, fallback: string): string {
  const value = environment[variable]
  // The specification: a relative path is invalid and is ignored.
  return value?.startsWith('/') ? value : join(environment['HOME'] ?? homedir(), fallback)
}

/** rigup's directories for this user: XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME, XDG_CACHE_HOME or their defaults. */
export function directoriesOf(environment: Environment = process.env): Directories {
  return {
    recipes: join(base(environment, 'XDG_CONFIG_HOME', '.config'), 'rigup', 'recipes'),
    data: join(base(environment, 'XDG_DATA_HOME', '.local/share'), 'rigup'),
    state: join(base(environment, 'XDG_STATE_HOME', '.local/state'), 'rigup'),
    cache: join(base(environment, 'XDG_CACHE_HOME', '.cache'), 'rigup'),
  }
}

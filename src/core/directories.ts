import { userInfo } from 'node:os'
import { join } from 'node:path'
import { Problem } from './problem.ts'

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
  return value?.startsWith('/') ? value : join(homeOf(environment), fallback)
}

/**
 * The operator's home: HOME, or where it is missing, empty or relative, what the system knows for this user.
 * @throws Problem (exit `machine`) where it knows nothing, as for a bare user number in a container.
 */
export function homeOf({ HOME }: Environment): string {
  if (HOME?.startsWith('/')) return HOME
  try {
    return userInfo().homedir
  } catch (error) {
    throw new Problem({
      what: 'There is no home folder to keep engines, runs and recipes in.',
      why: 'HOME is not set to an absolute path, and the system has no entry for this user.',
      next: 'set HOME to a folder that this user can write to, then run the same command again',
      exit: 'machine',
      cause: error,
    })
  }
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

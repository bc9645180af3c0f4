import { exists } from '../core/exists.ts'
import { lingers } from './linger.ts'
import { runProgram } from './run-program.ts'

export type BackgroundFacts = {
  readonly isRoot: boolean
  /** systemd is the init system. */
  readonly hasSystemd: boolean
  /** This user's own systemd answers. */
  readonly hasUserManager: boolean
  readonly lingers: boolean
  /** logind ends all processes of a user at the end of the session; null where it does not say. */
  readonly killsUserProcesses: boolean | null
}

/** Finds out what a worker can be started with here. */
export async function backgroundFacts(): Promise<BackgroundFacts> {
  const isRoot = process.getuid?.() === 0
  // sd_booted(3): this folder is there exactly where systemd is the init system.
  const hasSystemd = await exists('/run/systemd/system')
  if (isRoot || !hasSystemd)
    return { isRoot, hasSystemd, hasUserManager: false, lingers: false, killsUserProcesses: null }
  const [manager, kills] = await Promise.all([
    runProgram(['systemctl', '--user', 'show-environment']),
    runProgram([
      ...['busctl', 'get-property', 'org.freedesktop.login1', '/org/freedesktop/login1'],
      ...['org.freedesktop.login1.Manager', 'KillUserProcesses'],
    ]),
  ])
  return {
    isRoot,
    hasSystemd,
    hasUserManager: manager !== '',
    lingers: await lingers(),
    killsUserProcesses: kills === '' ? null : kills.trim() === 'b true',
  }
}

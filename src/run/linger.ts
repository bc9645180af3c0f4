import { userInfo } from 'node:os'
import { exists } from '../core/exists.ts'
import { defined } from './environment.ts'
import { type Journal, openJournal, readJournal } from './journal.ts'
import { runProcess } from './run-process.ts'
import { runState } from './run-state.ts'
import { readPlan } from './runs.ts'

/** True where the user's systemd outlives the last session. systemd-logind keeps it as a file (loginctl(1), enable-linger). */
export async function lingers(user: string = userInfo().username): Promise<boolean> {
  return exists(`/var/lib/systemd/linger/${user}`)
}

/** Lets this user's systemd outlive the last session, for a run, and notes it in the journal. False where it is not allowed. */
export async function enableLinger(runDirectory: string): Promise<boolean> {
  const user = userInfo().username
  if (!(await loginctl('enable-linger'))) return false
  const journal = await openJournal(runDirectory)
  await journal.append({ type: 'linger-enabled', user })
  await journal.close()
  return true
}

/** Switches it off again, where this run switched it on and has left no engine running that needs it. */
export async function endLinger(runDirectory: string, journal: Journal): Promise<void> {
  const events = await readJournal(runDirectory)
  const { lingeringUser, status } = runState(await readPlan(runDirectory), events)
  const isKept = status !== 'undone' && events.some((event) => event.type === 'launch' && event.event.type === 'kept')
  if (lingeringUser === null || isKept) return
  // First the note: without a session, systemd ends this process soon after.
  await journal.append({ type: 'linger-disabled', user: lingeringUser })
  await loginctl('disable-linger', lingeringUser)
}

async function loginctl(verb: 'enable-linger' | 'disable-linger', user?: string): Promise<boolean> {
  const result = await runProcess({
    argv: ['loginctl', '--no-ask-password', verb, ...(user === undefined ? [] : [user])],
    environment: defined(process.env),
    timeoutSeconds: 15,
    signal: new AbortController().signal,
    onOutput: () => undefined,
  })
  return result.kind === 'exited' && result.code === 0
}

import { readFile } from 'node:fs/promises'
import { exists } from '../core/exists.ts'
import { Problem } from '../core/problem.ts'
import type { Action } from '../plan/plan.ts'
import { defined } from './environment.ts'
import { runProcess } from './run-process.ts'

/** How this user becomes root: is root, sudo without a password, sudo with one, or not at all. */
export type Privileges = 'root' | 'passwordless' | 'password' | 'none'

/** Finds out without asking anybody anything. `password` means that sudo is there and wants one; whether it then says yes, only it knows. */
export async function findPrivileges(): Promise<Privileges> {
  if (process.getuid?.() === 0) return 'root'
  if (await cannotGain()) return 'none'
  let output = ''
  const result = await runProcess({
    argv: ['sudo', '-n', 'true'],
    environment: { ...defined(process.env), LC_ALL: 'C' },
    timeoutSeconds: 15,
    signal: new AbortController().signal,
    onOutput(chunk) {
      output += chunk.toString('utf8')
    },
  })
  if (result.kind === 'not-started') return 'none'
  if (result.kind === 'exited' && result.code === 0) return 'passwordless'
  return /not (in the sudoers|allowed)|may not run/i.test(output) ? 'none' : 'password'
}

/** Containers and hardened services forbid every way to more rights, sudo included (no_new_privs, prctl(2)). */
async function cannotGain(): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '')
  const hasSudo = await exists('/usr/bin/sudo')
  return /^NoNewPrivs:\s*1$/m.test(status) && hasSudo
}

/**
 * What a command begins with to run as root. With `password`, sudo itself asks on the terminal, so the caller must have given the terminal
 * up; the password never passes through rigup. Throws a Problem where root is out of reach.
 */
export function asRootPrefix(privileges: Privileges, mayAsk: boolean, actions: readonly Action[]): readonly string[] {
  if (privileges === 'root') return []
  if (privileges === 'passwordless') return ['sudo', '-n', '--']
  const needing = actions.filter(({ needsRoot }) => needsRoot)
  const why = `These need root: ${needing.map(({ title }) => title).join('; ')}.`
  if (privileges === 'none') {
    throw new Problem({
      what: 'This plan needs root, and this user cannot become root.',
      why,
      next: 'leave these out of the recipe, or give an administrator the script: rigup export RECIPE --to sh',
      exit: 'machine',
    })
  }
  if (mayAsk) return ['sudo', '--']
  throw new Problem({
    what: 'sudo wants a password, and there is nobody to ask.',
    why,
    next: 'run the same command in a terminal, or as root',
    exit: 'unanswered',
  })
}

import type { Machine } from '../../machine/schema.ts'
import type { Recipe } from '../../recipe/schema/recipe.ts'
import { type Action, action } from '../plan.ts'

type Limits = NonNullable<Recipe['memory']['limits']>
type Facts = Pick<Machine, 'os' | 'user' | 'tools'>

/**
 * The command line of an engine under its limits: in a scope of systemd's, with the score by which the kernel picks what to end. A scope and not a
 * service, because there the engine is a child with the environment and output that it was given, and no token has to be told to systemd;
 * and because a scope refuses OOMScoreAdjust, choom sets that inside. All limits are bytes: percentages of swap would be taken of the memory.
 * Without systemd only the score can be set.
 */
export function limitedArgv(limits: Limits | null, argv: readonly string[], { os, user, tools }: Facts): string[] {
  if (limits === null) return [...argv]
  const { memoryBytes, swapBytes, oomScoreAdjust } = limits
  const properties = [
    ...(memoryBytes === undefined ? [] : [`MemoryMax=${memoryBytes}`]),
    ...(swapBytes === undefined ? [] : [`MemorySwapMax=${swapBytes}`]),
  ]
  const scope = [
    'systemd-run',
    ...(isRoot(user) ? [] : ['--user']),
    ...['--scope', '--quiet', '--collect'],
    ...[...properties, ...(knowsScopePolicy(tools) ? ['OOMPolicy=kill'] : [])].map((name) => `--property=${name}`),
    '--',
  ]
  const whole = knowsScopePolicy(tools) ? [] : ['sh', '-c', endsAsWhole, 'sh']
  const score = oomScoreAdjust === undefined ? [] : ['choom', '-n', String(oomScoreAdjust), '--']
  return [...(os.init.value === 'systemd' && properties.length > 0 ? [...scope, ...whole] : []), ...score, ...argv]
}

/**
 * What OOMPolicy=kill does, by hand: the kernel ends all processes of the scope where it ends one (Control Group v2, memory.oom.group). Without it
 * systemd 252 asks the others to end and waits 90 s for those that do not, and older ones leave them alone. Control groups of version 1 cannot do it.
 */
const endsAsWhole = 'echo 1 >"/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/memory.oom.group"; exec "$@"'

/** Scopes can end as a whole when the kernel ends one of their processes since systemd 253 (its NEWS). */
function knowsScopePolicy(tools: Facts['tools']): boolean {
  const version = tools.find(({ name }) => name === 'systemd')?.version.value ?? ''
  return Number.parseInt(/\d+/.exec(version)?.[0] ?? '0', 10) >= 253
}

/**
 * An engine in a scope of a user's ends with that user's last session unless the user lingers. Nothing for root, without systemd,
 * and where there are no limits to keep.
 */
export function lingerActions(limits: Limits | null, { os, user }: Facts): Action[] {
  const name = user.name.value
  if (limits === null || os.init.value !== 'systemd' || isRoot(user) || name === null) return []
  return [
    action(
      {
        id: 'linger',
        title: `processes of ${name} outlive the session`,
        reason:
          'The limits are kept by your own systemd, and without this it ends with your last session, and the engine with it.',
        operations: [{ kind: 'run', argv: ['loginctl', 'enable-linger', name], timeoutSeconds: 30 }],
      },
      {
        needsRoot: true,
        check: [{ kind: 'path-exists', path: `/var/lib/systemd/linger/${name}` }],
        verify: [{ kind: 'path-exists', path: `/var/lib/systemd/linger/${name}` }],
        undo: [{ kind: 'run', argv: ['loginctl', 'disable-linger', name], timeoutSeconds: 30 }],
      },
    ),
  ]
}

function isRoot(user: Facts['user']): boolean {
  return user.privileges.value === 'root'
}

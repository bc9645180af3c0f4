import type { Machine } from '../../machine/schema.ts'
import type { Recipe } from '../../recipe/schema/recipe.ts'
import { type Action, action } from '../plan.ts'
import type { Serve } from '../serve.ts'

type Limits = NonNullable<Recipe['memory']['limits']>
type Facts = Pick<Machine, 'os' | 'user' | 'tools'>

/**
 * An engine under its limits: in a scope of systemd's, with the score by which the kernel picks what to end. A scope and not a
 * service, because there the engine is a child with the environment and output that it was given, and no token has to be told to systemd;
 * and because a scope refuses OOMScoreAdjust, choom sets that inside. All limits are bytes: percentages of swap would be taken of the memory.
 * Without systemd only the score can be set.
 */
export function underLimits(
  limits: Limits | null,
  argv: readonly string[],
  { os, user, tools }: Facts,
): Pick<Serve, 'argv' | 'endsAsWhole'> {
  if (limits === null) return { argv: [...argv] }
  const { memoryBytes, swapBytes, oomScoreAdjust } = limits
  const properties = [
    ...(memoryBytes === undefined ? [] : [`MemoryMax=${memoryBytes}`]),
    ...(swapBytes === undefined ? [] : [`MemorySwapMax=${swapBytes}`]),
  ]
  const isScoped = os.init.value === 'systemd' && properties.length > 0
  const scope = [
    'systemd-run',
    ...(isRoot(user) ? [] : ['--user']),
    ...['--scope', '--quiet', '--collect'],
    ...[...properties, ...(knowsScopePolicy(tools) ? ['OOMPolicy=kill'] : [])].map((name) => `--property=${name}`),
    '--',
  ]
  const score = oomScoreAdjust === undefined ? [] : ['choom', '-n', String(oomScoreAdjust), '--']
  return {
    argv: [...(isScoped ? scope : []), ...score, ...argv],
    ...(isScoped && !knowsScopePolicy(tools) ? { endsAsWhole: true } : {}),
  }
}

/**
 * Scopes can end as a whole when the kernel ends one of their processes since systemd 253 (its NEWS): OOMPolicy=kill. Before that 252 asks the
 * others to end and waits 90 s for those that do not, and older ones leave them alone, so the launch sets what that policy sets.
 */
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

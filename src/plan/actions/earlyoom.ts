import { dirname } from 'node:path'
import { Problem } from '../../core/problem.ts'
import { unitQuote } from '../../core/unit-quote.ts'
import { earlyoomArguments } from '../../knowledge/earlyoom.ts'
import type { Machine } from '../../machine/schema.ts'
import type { Recipe } from '../../recipe/schema/recipe.ts'
import type { Operation } from '../operation.ts'
import { type Action, action } from '../plan.ts'

type Run = Extract<Operation, { kind: 'run' }>

const service = 'earlyoom.service'
const settings = '/etc/systemd/system/earlyoom.service.d/rigup.conf'
/**
 * Lets it start with the machine. Not `systemctl enable`: of that nobody knows afterwards whether it was so before, and taking this file away
 * brings back whatever was.
 */
const atStart = '/etc/systemd/system/multi-user.target.d/rigup-earlyoom.conf'
const atStartContent = '# Written by rigup; rigup undo removes it.\n[Unit]\nWants=earlyoom.service\n'

/** Something else may be installing just now, as unattended upgrades do after the machine has started: wait for it. */
const aptWaits = ['-o', 'DPkg::Lock::Timeout=600']

/** How each package manager installs and removes it without asking. */
const packageManagers: Readonly<Record<string, { install: Operation[]; remove: Operation }>> = {
  apt: {
    install: [
      // One broken source among the machine's must not keep the guard away: whether the package is there shows at its installation.
      { ...changePackages('apt-get', 'update'), allowFailure: true },
      changePackages('apt-get', ...aptWaits, 'install', '-y', '--no-install-recommends', 'earlyoom'),
    ],
    // `remove` would leave its settings, its init scripts and its place among the services behind.
    remove: changePackages('apt-get', ...aptWaits, 'purge', '-y', 'earlyoom'),
  },
  dnf: {
    install: [changePackages('dnf', 'install', '-y', 'earlyoom')],
    remove: changePackages('dnf', 'remove', '-y', 'earlyoom'),
  },
  pacman: {
    install: [changePackages('pacman', '-S', '--noconfirm', '--needed', 'earlyoom')],
    remove: changePackages('pacman', '-R', '--noconfirm', 'earlyoom'),
  },
  zypper: {
    install: [changePackages('zypper', '--non-interactive', 'install', 'earlyoom')],
    remove: changePackages('zypper', '--non-interactive', 'remove', 'earlyoom'),
  },
}

/**
 * earlyoom as the guard that ends the engine before the machine stops answering. Throws a Problem where this machine has no package
 * manager that is known here, or no systemd.
 */
export function earlyoomActions(machine: Machine, recipe: Recipe): Action[] {
  const manager = machine.os.packageManager.value ?? ''
  const packages = packageManagers[manager]
  const init = machine.os.init.value
  if (packages === undefined || (init !== null && init !== 'systemd') || machine.os.immutable.value === true) {
    throw new Problem({
      what: 'earlyoom cannot be set up on this machine.',
      why:
        packages === undefined
          ? 'Its package manager is not one that rigup knows.'
          : 'It needs systemd and a writable /etc.',
      next: 'choose no guard (--guard none), or set one up by yourself',
      exit: 'machine',
    })
  }
  const guard = {
    memoryBytes: machine.memory.totalBytes.value,
    swapBytes: swapAfterwards(machine, recipe),
    unifiedMemory: machine.gpus.some((gpu) => gpu.unifiedMemory.value === true),
  }
  const content = unitDropIn(earlyoomArguments(guard))
  return [
    action(
      {
        id: 'earlyoom-package',
        title: 'earlyoom',
        reason:
          'A guard that ends the engine while SSH still answers; the kernel itself acts only after minutes of thrashing.',
        operations: packages.install,
      },
      {
        needsRoot: true,
        check: [isInstalled],
        verify: [isInstalled],
        undo: [packages.remove],
      },
    ),
    action(
      {
        id: 'earlyoom-settings',
        title: 'earlyoom spares SSH and acts although there is much swap',
        reason:
          'As it comes, earlyoom waits until 90 % of the swap is used, which on this machine is long after it has stopped answering.',
        operations: [
          { kind: 'write', path: settings, content },
          { kind: 'write', path: atStart, content: atStartContent },
          systemctl('daemon-reload'),
          systemctl('restart', service),
        ],
      },
      {
        needsRoot: true,
        needs: ['earlyoom-package'],
        check: [
          { kind: 'file-is', path: settings, content },
          { kind: 'file-is', path: atStart, content: atStartContent },
          isGuarding,
        ],
        verify: [isGuarding],
        undo: [
          { kind: 'remove', path: settings },
          { kind: 'remove', path: atStart },
          removeEmptyFolders(dirname(settings), dirname(atStart)),
          systemctl('daemon-reload'),
          systemctl('stop', service),
          // Where somebody has enabled it, it goes on with its own settings; elsewhere only rigup had started it.
          {
            ...systemctl('start', service),
            onlyIf: { kind: 'command', argv: ['systemctl', 'is-enabled', '--quiet', service] },
          },
        ],
      },
    ),
  ]
}

/** Bytes of swap once the plan is carried out: the same before and after, so that a plan made again is the same plan. */
function swapAfterwards({ swap }: Machine, { memory }: Recipe): number {
  const planned = memory.swap
  const own = swap.areas.value?.find(({ path }) => path === planned?.path)
  return (swap.totalBytes.value ?? 0) - (own?.bytes ?? 0) + (planned?.bytes ?? 0)
}

const isInstalled: Action['check'][number] = { kind: 'command', argv: ['earlyoom', '-v'] }
const isGuarding: Action['check'][number] = {
  kind: 'command',
  argv: ['systemctl', 'is-active', '--quiet', service],
}

function changePackages(...argv: string[]): Run {
  return { kind: 'run', argv, timeoutSeconds: 1800 }
}

function systemctl(...words: string[]): Run {
  return { kind: 'run', argv: ['systemctl', ...words], timeoutSeconds: 60 }
}

/** Others may have settings of their own in these folders, and a folder may be gone already. */
function removeEmptyFolders(...paths: string[]): Run {
  return {
    kind: 'run',
    argv: ['rmdir', '--ignore-fail-on-non-empty', ...paths],
    timeoutSeconds: 60,
    allowFailure: true,
  }
}

function unitDropIn(argv: readonly string[]): string {
  const words = argv.map(unitQuote)
  return `# Written by rigup; rigup undo removes it.\n[Service]\nExecStart=\nExecStart=earlyoom ${words.join(' ')}\n`
}

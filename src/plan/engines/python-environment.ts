import { dirname, join } from 'node:path'
import { Problem } from '../../core/problem.ts'
import { uvVersion, uvWheelFor } from '../../knowledge/uv.ts'
import { installPaths, type PlanContext } from '../context.ts'
import { type Action, action } from '../plan.ts'
import { checkInstalledScript } from './python-scripts.ts'

/** A Python environment to build: what is wanted in it, and how much that is. */
export type PythonEnvironment = {
  /** Lines of requirements: `vllm==0.32.0`. */
  requirements: readonly string[]
  /** Said in titles: `vLLM 0.32.0 for CUDA 13`. */
  title: string
  /** The Python to use where the recipe says `auto`. */
  python: string
  /** Variables for what is built here: how many compilers at once. */
  environment?: Readonly<Record<string, string>>
  /** Further arguments of the resolver: `--prerelease allow`. */
  resolverArguments?: readonly string[]
  downloadBytes?: number
  diskBytes?: number
}

/** uv, an environment, a lock with hashes, and the installation from that lock: four actions, each its own. */
export function pythonEnvironmentActions(context: PlanContext, wanted: PythonEnvironment): Action[] {
  return [
    uvAction(context),
    environmentAction(context, wanted),
    lockAction(context, wanted),
    installAction(context, wanted),
  ]
}

/** The pinned uv, from the machine's package index, its checksum verified. */
function uvAction(context: PlanContext): Action {
  const { machine, recipe } = context
  const paths = installPaths(context)
  const architecture = machine.cpu.architecture.value ?? 'x86_64'
  const wheel = uvWheelFor(architecture)
  if (!wheel) {
    throw new Problem({
      what: `There is no uv for ${architecture}.`,
      next: 'Use a container image, or Ollama.',
      exit: 'machine',
    })
  }
  const index = recipe.packages.index ?? 'https://pypi.org/simple'
  return action(
    {
      id: 'uv',
      title: `uv ${uvVersion}`,
      reason:
        'uv resolves and installs Python packages, with hashes; rigup keeps its own copy and leaves others alone.',
      operations: [
        {
          kind: 'fetch',
          path: paths.uvWheel,
          sha256: wheel.sha256,
          bytes: wheel.bytes,
          sources: [{ kind: 'index', index, project: 'uv', file: wheel.file }],
        },
        {
          kind: 'extract',
          archive: paths.uvWheel,
          member: `uv-${uvVersion}.data/scripts/uv`,
          path: paths.uv,
          mode: 0o755,
        },
        { kind: 'remove', path: paths.uvWheel },
      ],
    },
    {
      check: [{ kind: 'command', argv: [paths.uv, '--version'], contains: `uv ${uvVersion}` }],
      verify: [{ kind: 'command', argv: [paths.uv, '--version'], contains: `uv ${uvVersion}` }],
      undo: [{ kind: 'remove', path: dirname(paths.uv) }],
      downloadBytes: wheel.bytes,
      diskBytes: 40_000_000,
    },
  )
}

function environmentAction(context: PlanContext, wanted: PythonEnvironment): Action {
  const paths = installPaths(context)
  const python = context.recipe.engine.python === 'auto' ? wanted.python : context.recipe.engine.python
  return action(
    {
      id: 'environment',
      title: `Python ${python} environment`,
      reason: 'The engine gets an environment of its own, apart from conda and the system Python.',
      operations: [
        { kind: 'make-directory', path: paths.engine },
        {
          kind: 'run',
          argv: [paths.uv, 'venv', '--no-project', '--clear', '--python', python, paths.environment],
          environment: { ...packageEnvironment(context), ...wanted.environment },
          progress: 'uv',
        },
      ],
    },
    {
      needs: ['uv'],
      check: [
        {
          kind: 'command',
          argv: [paths.python, '-c', 'import sys; print("Python %d.%d" % sys.version_info[:2])'],
          contains: `Python ${minorOf(python)}`,
        },
      ],
      verify: [{ kind: 'command', argv: [paths.python, '--version'] }],
      undo: [{ kind: 'remove', path: paths.engine }],
    },
  )
}

function lockAction(context: PlanContext, wanted: PythonEnvironment): Action {
  const paths = installPaths(context)
  if (context.lock !== null) {
    return action(
      {
        id: 'lock',
        title: `lock of ${context.recipe.packages.lock?.packages ?? 'all'} packages, from the recipe`,
        reason: 'The recipe names every package with its hash, so the same set is installed again.',
        operations: [{ kind: 'write', path: paths.lock, content: context.lock }],
      },
      { needs: ['environment'], check: [{ kind: 'file-is', path: paths.lock, content: context.lock }] },
    )
  }
  const { packages, engine } = context.recipe
  const requirements = `${wanted.requirements.join('\n')}\n`
  const overrides = packages.leaveOut.map((name) => `${name} ; python_version < "0"\n`).join('')
  const argv = [
    paths.uv,
    'pip',
    'compile',
    '--generate-hashes',
    '--no-header',
    '--no-annotate',
    '--python',
    paths.python,
  ]
  if (engine.torchBackend) argv.push('--torch-backend', engine.torchBackend)
  if (overrides) argv.push('--override', paths.overrides)
  argv.push(...(wanted.resolverArguments ?? []), paths.requirements, '--output-file', paths.lock)
  return action(
    {
      id: 'lock',
      title: `resolve ${wanted.title}`,
      reason: 'Every package is fixed with its hash before one is downloaded; the lock is saved beside the recipe.',
      operations: [
        { kind: 'remove', path: paths.lock },
        { kind: 'write', path: paths.requirements, content: requirements },
        { kind: 'write', path: paths.overrides, content: overrides },
        { kind: 'run', argv, environment: { ...packageEnvironment(context), ...wanted.environment }, progress: 'uv' },
      ],
    },
    {
      needs: ['environment'],
      check: [
        { kind: 'file-is', path: paths.requirements, content: requirements },
        { kind: 'file-is', path: paths.overrides, content: overrides },
        { kind: 'path-exists', path: paths.lock },
      ],
      verify: [{ kind: 'path-exists', path: paths.lock }],
    },
  )
}

function installAction(context: PlanContext, wanted: PythonEnvironment): Action {
  const paths = installPaths(context)
  // What an installation that was cut off left half written has its metadata already: only one that came to its end counts.
  const finished = { kind: 'path-exists' as const, path: join(paths.environment, 'installed-by-rigup') }
  const asLocked = { kind: 'command' as const, argv: [paths.python, '-I', '-c', checkInstalledScript, paths.lock] }
  return action(
    {
      id: 'install',
      title: wanted.title,
      reason: 'Installed from the lock alone: what does not match its hash is refused.',
      operations: [
        { kind: 'remove', path: finished.path },
        {
          kind: 'run',
          argv: [
            paths.uv,
            'pip',
            'sync',
            '--reinstall',
            '--require-hashes',
            '--python',
            paths.python,
            ...torchBackend(context),
            paths.lock,
          ],
          environment: { ...packageEnvironment(context), ...wanted.environment },
          progress: 'uv',
        },
        // uv leaves that to the kernel: after a power cut, what counts as installed could be files without their content.
        { kind: 'run', argv: ['sync', '--file-system', paths.environment], timeoutSeconds: 3600, allowFailure: true },
        { kind: 'write', path: finished.path, content: 'complete\n' },
      ],
    },
    {
      needs: ['lock'],
      check: [finished, asLocked],
      verify: [asLocked],
      ...(wanted.downloadBytes === undefined ? {} : { downloadBytes: wanted.downloadBytes }),
      ...(wanted.diskBytes === undefined ? {} : { diskBytes: wanted.diskBytes }),
    },
  )
}

function torchBackend({ recipe }: PlanContext): string[] {
  return recipe.engine.torchBackend ? ['--torch-backend', recipe.engine.torchBackend] : []
}

/**
 * What uv is told about indexes, through its variables, so that a recipe's plan shows it and credentials can be added at run
 * time without standing in a command line.
 */
function packageEnvironment({ recipe }: Pick<PlanContext, 'recipe'>): Record<string, string> {
  const { packages } = recipe
  const environment: Record<string, string> = {
    // The machine's own uv configuration could name other indexes than the recipe does.
    UV_NO_CONFIG: '1',
    UV_NO_PROGRESS: '1',
  }
  if (packages.index) environment.UV_DEFAULT_INDEX = packages.index
  if (packages.extraIndexes.length > 0) {
    environment.UV_INDEX = packages.extraIndexes.join(' ')
    // As pip does with extra indexes: the best version of all of them, not of the first that has the name.
    environment.UV_INDEX_STRATEGY = 'unsafe-best-match'
  }
  if (packages.findLinks.length > 0) environment.UV_FIND_LINKS = packages.findLinks.join(',')
  if (packages.certificate) environment.SSL_CERT_FILE = packages.certificate
  return environment
}

/** `3.12` of `3.12`, `3.12.4`, `>=3.12,<3.13`, or a path's end. */
function minorOf(python: string): string {
  return /3\.\d+/.exec(python)?.[0] ?? '3.'
}

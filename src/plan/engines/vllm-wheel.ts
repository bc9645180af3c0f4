import { join } from 'node:path'
import { findModel } from '../../knowledge/models/catalogue.ts'
import { wheelSizes } from '../../knowledge/vllm/builds.ts'
import { isCpuRoute, vendorOf } from '../../recipe/schema/route.ts'
import { installPaths, type PlanContext } from '../context.ts'
import { type Action, action } from '../plan.ts'
import type { Serve } from '../serve.ts'
import type { EnginePlanner } from './engine-planner.ts'
import { installedNamesScript, launchNames } from './installed-names.ts'
import { type PythonEnvironment, pythonEnvironmentActions } from './python-environment.ts'
import { nameDistributionScript, vllmNamedScript } from './python-scripts.ts'
import { modelArgument, vllmServe } from './vllm-serve.ts'

/** vLLM from wheels in an environment of its own: CUDA, ROCm and CPU differ in what is asked of the resolver. */
export const vllmWheel: EnginePlanner = {
  install(context) {
    return [...pythonEnvironmentActions(context, pythonEnvironment(context)), engineCommand(context)]
  },

  fetchModel(context) {
    const { recipe } = context
    if (recipe.model.source !== 'hub') return []
    const paths = installPaths(context)
    const argv = [join(paths.bin, 'hf'), 'download', recipe.model.id]
    if (recipe.model.file) argv.push(recipe.model.file)
    if (recipe.model.revision) argv.push('--revision', recipe.model.revision)
    return [
      action(
        {
          id: 'weights',
          title: `weights of ${recipe.model.id}`,
          reason:
            'They are fetched while the installation is proved; a part that is there already is not fetched again.',
          operations: [
            {
              kind: 'run',
              argv,
              environment: recipe.install.modelCache ? { HF_HOME: recipe.install.modelCache } : {},
              progress: 'hub',
            },
          ],
        },
        { needs: ['engine-command'], beside: true, ...downloadOf(recipe.model) },
      ),
    ]
  },

  serve(context, purpose): Serve {
    const paths = installPaths(context)
    const model = purpose === 'proof' ? paths.proofModel : modelArgument(context.recipe)
    const argv = [
      join(paths.bin, 'vllm'),
      'serve',
      model,
      '--host',
      context.recipe.server.host,
      '--port',
      String(context.recipe.server.port),
    ]
    return vllmServe(context, purpose, argv, {
      // ninja and other tools of the environment are found only through PATH.
      PATH: `${paths.bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    })
  },
}

/** Bytes of the weights, where the checkpoint or the catalogue tells them. */
function downloadOf({ id, file, checkpoint }: PlanContext['recipe']['model']): {
  downloadBytes?: number
  diskBytes?: number
} {
  const bytes = checkpoint?.downloadBytes ?? (file === undefined ? findModel(id)?.bytes : undefined)
  return bytes === undefined ? {} : { downloadBytes: bytes, diskBytes: bytes }
}

function pythonEnvironment({ recipe }: PlanContext): PythonEnvironment {
  const { route, version, package: distribution = 'vllm' } = recipe.engine
  const [target, sizes] = isCpuRoute(route)
    ? (['the CPU', wheelSizes.cpu] as const)
    : vendorOf(route) === 'amd'
      ? (['ROCm', wheelSizes.rocm] as const)
      : (['CUDA', wheelSizes.cuda] as const)
  const isExact = version !== 'newest'
  return {
    requirements: [isExact ? `${distribution}==${version}` : distribution],
    title: `vLLM ${isExact ? version : '(newest that resolves)'} for ${target}${distribution === 'vllm' ? '' : ` (${distribution})`}`,
    python: '3.12',
    ...sizes,
  }
}

/** Proves that the command answers before anything names it, and gives it its name where the distribution has another. */
function engineCommand(context: PlanContext): Action {
  const paths = installPaths(context)
  const name = context.recipe.engine.package ?? 'vllm'
  const askVersion = {
    argv: [join(paths.bin, 'vllm'), '--version'],
    environment: { PATH: `${paths.bin}:/usr/local/bin:/usr/bin:/bin`, VLLM_NO_USAGE_STATS: '1' },
    timeoutSeconds: 600,
  }
  const named = { kind: 'command' as const, argv: [paths.python, '-I', '-c', vllmNamedScript], contains: 'vllm' }
  const answers = { kind: 'command' as const, ...askVersion }
  // Beside a table of releases, what is installed has the last word, and has it before the weights are there.
  const ask = [paths.python, '-I', '-c', installedNamesScript, JSON.stringify(launchNames(context))]
  const knows = { kind: 'command' as const, argv: ask }
  return action(
    {
      id: 'engine-command',
      title: 'the vllm command answers',
      reason:
        'A wheel for another CPU or card shows here, and a flag that this version does not know, before any model is loaded.',
      operations: [
        { kind: 'run', argv: [paths.python, '-I', '-c', nameDistributionScript, name] },
        { kind: 'run', ...askVersion },
        { kind: 'run', argv: ask },
      ],
    },
    {
      needs: ['install'],
      check: [named, answers, knows],
      verify: [named],
    },
  )
}

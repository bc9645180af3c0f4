import { unitQuote, unitSetting } from '../core/unit-quote.ts'
import { engines } from '../knowledge/engines.ts'
import type { PlanContext } from '../plan/context.ts'
import type { Serve } from '../plan/serve.ts'
import { isImageRoute } from '../recipe/schema/route.ts'
import type { ExportTarget } from './export-target.ts'
import { servedEngine, servedTitle } from './served-engine.ts'

/** A unit file that keeps the installed engine running: a user's own, or the system's where rigup runs as root. */
export const systemd: ExportTarget = {
  file: (name) => `rigup-${name}.service`,
  write({ context }) {
    const serve = servedEngine(context)
    const isSystem = context.machine.user.privileges.value === 'root'
    return [
      ...howToInstall(context, isSystem),
      '[Unit]',
      `Description=${servedTitle(context).replaceAll('%', '%%')}`,
      ...(isSystem && usesDaemon(context) ? ['Requires=docker.service', 'After=docker.service'] : []),
      ...(isSystem ? ['Wants=network-online.target', 'After=network-online.target'] : []),
      '',
      '[Service]',
      'Type=exec',
      // Gives a system service its HOME, where caches go.
      ...(isSystem ? ['User=root'] : []),
      ...Object.entries(serve.environment).map(([name, value]) => `Environment=${unitSetting(`${name}=${value}`)}`),
      '# Secrets such as HF_TOKEN, one NAME=value a line, in a file of mode 600; it may be missing.',
      `EnvironmentFile=-${secretsFile(context, isSystem)}`,
      ...(serve.directory === undefined ? [] : [`WorkingDirectory=${unitSetting(serve.directory)}`]),
      `ExecStart=${commandOf(serve).map(unitQuote).join(' ')}`,
      ...(serve.prepare ?? []).map((argv) => `ExecStartPost=${retried(argv).map(unitQuote).join(' ')}`),
      ...(serve.cleanUp ?? []).map((argv) => `ExecStopPost=-${argv.map(unitQuote).join(' ')}`),
      '# The engine ends cleanly on an interrupt; what is left after that is killed with it.',
      'KillSignal=SIGINT',
      'KillMode=mixed',
      'TimeoutStopSec=60',
      'TimeoutStartSec=infinity',
      'Restart=on-failure',
      'RestartSec=15',
      ...limits(context),
      '',
      '[Install]',
      `WantedBy=${isSystem ? 'multi-user.target' : 'default.target'}`,
      '',
    ].join('\n')
  },
}

function howToInstall({ recipe, machine }: PlanContext, isSystem: boolean): string[] {
  const unit = `rigup-${recipe.name}.service`
  const folder = isSystem ? '/etc/systemd/system' : '~/.config/systemd/user'
  const systemctl = isSystem ? 'systemctl' : 'systemctl --user'
  return [
    `# Made by rigup from the recipe ${recipe.name}. The engine must be installed already (rigup apply).`,
    `#   mkdir -p ${folder} && cp THIS-FILE ${folder}/${unit}`,
    `#   ${systemctl} daemon-reload && ${systemctl} enable --now ${unit}`,
    ...(isSystem
      ? []
      : [
          `#   sudo loginctl enable-linger ${machine.user.name.value ?? 'NAME'}   # so that it runs while nobody is logged in`,
        ]),
    '',
  ]
}

function usesDaemon({ recipe }: PlanContext): boolean {
  return isImageRoute(recipe.engine.route) && recipe.engine.containerTool !== 'podman'
}

function secretsFile({ recipe }: PlanContext, isSystem: boolean): string {
  return `${isSystem ? '/etc/rigup' : '%h/.config/rigup'}/${recipe.name}.env`
}

/** The key goes from its file into the environment, so that it stands in no unit and no command line. */
function commandOf({ argv, engine, apiKeyFile }: Serve): readonly string[] {
  const variable = engines[engine].keyVariable
  if (apiKeyFile === undefined || variable === null) return argv
  return ['/bin/sh', '-c', `${variable}=$(cat -- "$0") && export ${variable} && exec "$@"`, apiKeyFile, ...argv]
}

/** The server needs a moment before it takes commands. */
function retried(argv: readonly string[]): string[] {
  const script = 'for attempt in 1 2 3 4 5 6 7 8 9 10; do "$@" && exit 0; sleep 3; done; exit 1'
  return ['/bin/sh', '-c', script, 'prepare', ...argv]
}

function limits({ recipe }: PlanContext): string[] {
  const { memoryBytes, swapBytes, oomScoreAdjust } = recipe.memory.limits ?? {}
  return [
    ...(memoryBytes === undefined ? [] : [`MemoryMax=${memoryBytes}`]),
    ...(swapBytes === undefined ? [] : [`MemorySwapMax=${swapBytes}`]),
    ...(oomScoreAdjust === undefined ? [] : [`OOMScoreAdjust=${oomScoreAdjust}`]),
    ...(recipe.memory.limits === null ? [] : ['OOMPolicy=kill']),
  ]
}

import { stringify } from 'yaml'
import { Problem } from '../core/problem.ts'
import { type Container, volumeText } from '../plan/engines/container.ts'
import { vllmContainer } from '../plan/engines/vllm-image.ts'
import { isImageRoute } from '../recipe/schema/route.ts'
import type { ExportTarget } from './export-target.ts'
import { servedPurpose, servedTitle } from './served-engine.ts'

/** A compose file for the routes whose engine comes as an image. */
export const compose: ExportTarget = {
  file: (name) => `${name}.compose.yaml`,
  write({ context }) {
    const { recipe } = context
    if (!isImageRoute(recipe.engine.route)) {
      throw new Problem({
        what: `The recipe ${recipe.name} has no image: its route is ${recipe.engine.route}.`,
        next: `Use --to systemd or --to sh, or make a recipe with a route that ends in -image.`,
        exit: 'usage',
      })
    }
    const container = vllmContainer(context, servedPurpose(context))
    const heading = [
      ` Made by rigup from the recipe ${recipe.name}: ${servedTitle(context)}.`,
      ' Start: docker compose -f THIS-FILE up -d   Log: docker compose -f THIS-FILE logs -f',
      ' HF_TOKEN and VLLM_API_KEY are taken from the shell that starts it, where they are set.',
    ]
    return `${heading.map((line) => `#${line}`).join('\n')}\n${stringify({ services: { engine: service(container) } }, { lineWidth: 0 })}`
  },
}

function service(container: Container): Record<string, unknown> {
  const { environment, inherited, entrypoint, user, limits, devices, groups, capabilities, securityOptions } = container
  return {
    image: container.image,
    container_name: container.name,
    entrypoint: [entrypoint],
    ...(user === null ? {} : { user: String(user) }),
    restart: 'unless-stopped',
    init: true,
    network_mode: 'host',
    ipc: 'host',
    stop_signal: 'SIGINT',
    stop_grace_period: '60s',
    ...(container.gpus === 'nvidia'
      ? {
          deploy: {
            resources: {
              reservations: { devices: [{ driver: 'nvidia', count: 'all', capabilities: ['gpu'] }] },
            },
          },
        }
      : {}),
    ...limitSettings(limits),
    ...(devices.length > 0 ? { devices: devices.map((device) => `${device}:${device}`) } : {}),
    ...(groups.length > 0 ? { group_add: groups } : {}),
    ...(capabilities.length > 0 ? { cap_add: capabilities } : {}),
    ...(securityOptions.length > 0 ? { security_opt: securityOptions } : {}),
    // A variable without a value takes that of the shell.
    environment: {
      ...Object.fromEntries(inherited.map((name) => [name, null])),
      ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, literal(value)])),
    },
    volumes: container.volumes.map((volume) => literal(volumeText(volume))),
    command: container.command.map(literal),
  }
}

/** Compose, like docker, counts memory and swap together. */
function limitSettings(limits: Container['limits']): Record<string, number> {
  const { memoryBytes, swapBytes, oomScoreAdjust } = limits ?? {}
  return {
    ...(memoryBytes === undefined ? {} : { mem_limit: memoryBytes }),
    ...(memoryBytes === undefined || swapBytes === undefined ? {} : { memswap_limit: memoryBytes + swapBytes }),
    ...(oomScoreAdjust === undefined ? {} : { oom_score_adj: oomScoreAdjust }),
  }
}

/** Compose fills `$NAME` in; a doubled sign stands for itself. */
function literal(text: string): string {
  return text.replaceAll('$', '$$$$')
}

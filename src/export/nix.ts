import { MiB } from '../core/bytes.ts'
import { Problem } from '../core/problem.ts'
import { unitQuote } from '../core/unit-quote.ts'
import { ollama } from '../knowledge/ollama.ts'
import type { PlanContext } from '../plan/context.ts'
import { type Container, limitArguments, volumeText } from '../plan/engines/container.ts'
import { vllmContainer } from '../plan/engines/vllm-image.ts'
import { isImageRoute } from '../recipe/schema/route.ts'
import type { ExportTarget } from './export-target.ts'
import { type NixSetting, type NixValue, nixModule, nixText } from './nix-text.ts'
import { servedEngine, servedPurpose, servedTitle } from './served-engine.ts'

type Settings = Record<string, NixValue>

/** A NixOS module: NixOS makes /etc from its configuration, so the service is declared there and nothing is written by rigup. */
export const nix: ExportTarget = {
  file: (name) => `${name}.nix`,
  write({ context }) {
    return [
      `# Made by rigup from the recipe ${context.recipe.name}: ${servedTitle(context)}.`,
      '# Put it beside configuration.nix, name it in `imports`, and run: nixos-rebuild switch',
      '{ pkgs, ... }:',
      nixModule([...engineSettings(context), ...safetySettings(context)]),
      '',
    ].join('\n')
  },
}

function engineSettings(context: PlanContext): NixSetting[] {
  const { recipe } = context
  if (recipe.server.apiKey === 'file') {
    throw new Problem({
      what: 'A NixOS module cannot hold an API key.',
      why: 'What is declared goes into the Nix store, which everybody on the machine can read.',
      next: 'Set server.apiKey to none and keep the address at 127.0.0.1, or put a reverse proxy with a key in front.',
      exit: 'usage',
    })
  }
  if (recipe.engine.route === 'ollama') return ollamaSettings(context)
  if (recipe.engine.route === 'llama-cpp') return llamaCppSettings(context)
  if (isImageRoute(recipe.engine.route)) return containerSettings(context)
  throw new Problem({
    what: `The route ${recipe.engine.route} cannot be a NixOS module.`,
    why: 'Wheels are built for the folders of other distributions and do not find their libraries on NixOS.',
    next: 'Make a recipe with the image of the same engine (rigup --engine vllm-cuda-image), and export that.',
    exit: 'usage',
  })
}

/** Options of NixOS' own module (nixos/modules/services/misc/ollama.nix); the package decides which cards are used. */
function ollamaSettings(context: PlanContext): NixSetting[] {
  const { recipe } = context
  const serve = servedEngine(context)
  const { OLLAMA_HOST: _, ...environment } = serve.environment
  const value: Settings = {
    enable: true,
    package: { expression: `pkgs.ollama-${backendOf(context)}` },
    host: recipe.server.host,
    port: recipe.server.port,
    ...(recipe.model.source === 'proof' ? {} : { loadModels: [serve.servedName] }),
    environmentVariables: environment,
  }
  return [{ path: ['services', 'ollama'], value }, ...limits(context, 'ollama')]
}

type Backend = 'cuda' | 'rocm' | 'vulkan' | 'cpu'

/** ROCm where its build knows every card that is used, Vulkan for the other cards of AMD and Intel. */
function backendOf({ recipe, machine }: PlanContext): Backend {
  const chosen = machine.gpus.filter((_, index) => recipe.layout.gpus?.includes(index) ?? true)
  if (chosen.length === 0) return 'cpu'
  if (chosen.every(({ vendor }) => vendor.value === 'nvidia')) return 'cuda'
  const targets: readonly string[] = ollama.rocmTargets
  const knowsAll = chosen.every(({ vendor, arch }) => vendor.value === 'amd' && targets.includes(arch.value ?? ''))
  return knowsAll ? 'rocm' : 'vulkan'
}

/** A service of its own: the program is nixpkgs' llama.cpp, built for these cards. */
function llamaCppSettings(context: PlanContext): NixSetting[] {
  const serve = servedEngine(context)
  const backend = backendOf(context)
  const support = backend === 'cpu' ? '' : `${backend}Support = true; `
  const [, ...rest] = serve.argv
  const name = `rigup-${context.recipe.name}`
  const program = `\${pkgs.llama-cpp.override { ${support}}}/bin/llama-server`
  const words = rest.map((word) => nixText(unitQuote(word)).slice(1, -1)).join(' ')
  const value: Settings = {
    description: servedTitle(context),
    wantedBy: ['multi-user.target'],
    wants: ['network-online.target'],
    after: ['network-online.target'],
    environment: { ...serve.environment, LLAMA_CACHE: `/var/cache/${name}` },
    serviceConfig: {
      ExecStart: { expression: `"${program} ${words}"` },
      DynamicUser: true,
      CacheDirectory: name,
      SupplementaryGroups: ['video', 'render'],
      Restart: 'on-failure',
      RestartSec: 15,
      ...limitSettings(context),
    },
  }
  return [{ path: ['systemd', 'services', name], value }]
}

function containerSettings(context: PlanContext): NixSetting[] {
  const container = vllmContainer(context, servedPurpose(context))
  const containers = ['virtualisation', 'oci-containers']
  const value: Settings = {
    image: container.image,
    entrypoint: container.entrypoint,
    ...(container.user === null ? {} : { user: String(container.user) }),
    environment: container.environment,
    volumes: container.volumes.map(volumeText),
    cmd: [...container.command],
    extraOptions: runOptions(container),
  }
  return [
    ...(container.gpus === 'nvidia' ? [{ path: ['hardware', 'nvidia-container-toolkit', 'enable'], value: true }] : []),
    { path: [...containers, 'backend'], value: context.recipe.engine.containerTool ?? 'docker' },
    { path: [...containers, 'containers', container.name], value },
  ]
}

/** The cards come through CDI, which NixOS sets up for both tools. */
function runOptions(container: Container): string[] {
  return [
    ...['--init', '--network=host', '--ipc=host'],
    ...(container.gpus === 'nvidia' ? ['--device=nvidia.com/gpu=all'] : []),
    ...container.devices.map((device) => `--device=${device}`),
    ...container.groups.map((group) => `--group-add=${group}`),
    ...container.capabilities.map((capability) => `--cap-add=${capability}`),
    ...container.securityOptions.map((option) => `--security-opt=${option}`),
    ...limitArguments(container.limits),
  ]
}

function limitSettings({ recipe }: PlanContext): Settings {
  const { memoryBytes, swapBytes, oomScoreAdjust } = recipe.memory.limits ?? {}
  return {
    ...(memoryBytes === undefined ? {} : { MemoryMax: memoryBytes }),
    ...(swapBytes === undefined ? {} : { MemorySwapMax: swapBytes }),
    ...(oomScoreAdjust === undefined ? {} : { OOMScoreAdjust: oomScoreAdjust }),
    ...(recipe.memory.limits === null ? {} : { OOMPolicy: 'kill' }),
  }
}

function limits(context: PlanContext, unit: string): NixSetting[] {
  const value = limitSettings(context)
  return Object.keys(value).length === 0 ? [] : [{ path: ['systemd', 'services', unit, 'serviceConfig'], value }]
}

function safetySettings({ recipe }: PlanContext): NixSetting[] {
  const { swap, guard } = recipe.memory
  return [
    // NixOS takes the size in MiB.
    ...(swap === null
      ? []
      : [{ path: ['swapDevices'], value: [{ device: swap.path, size: Math.ceil(swap.bytes / MiB) }] }]),
    ...(guard === 'earlyoom' ? [{ path: ['services', 'earlyoom', 'enable'], value: true }] : []),
  ]
}

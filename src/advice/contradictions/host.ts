import { formatGiB, GiB } from '../../core/bytes.ts'
import { llamaCpp } from '../../knowledge/llama-cpp.ts'
import { ollamaRelease } from '../../knowledge/ollama-release.ts'
import { wheelSizes } from '../../knowledge/vllm/builds.ts'
import { knowsFlag } from '../../knowledge/vllm/names.ts'
import { exactVersion } from '../../knowledge/vllm/releases.ts'
import { filesystemUnder, freePort } from '../../machine/find.ts'
import type { Machine } from '../../machine/schema.ts'
import type { Recipe } from '../../recipe/schema/recipe.ts'
import { isCpuRoute, type Route } from '../../recipe/schema/route.ts'
import type { Advice } from '../advice.ts'
import { swapPlaceAdvice } from '../host-safety/swap.ts'
import { canBecomeRoot } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'
import { cardsOf, isVllm } from './recipe-facts.ts'

/** The host: port, disk, rights, swap and what an old vLLM pins. */
export function hostContradictions(recipe: Recipe, machine: Machine, modelBytes: number | null): Advice[] {
  const { swap } = recipe.memory
  return [
    ...port(recipe, machine),
    ...(swap ? swapPlaceAdvice(machine, swap).filter(({ kind }) => kind === 'refuse') : []),
    ...rights(recipe, machine),
    ...limits(recipe, machine),
    ...disk(recipe, machine, modelBytes),
    ...pinned(recipe, machine),
  ]
}

function port({ server }: Recipe, machine: Machine): Advice[] {
  const taken = machine.listeners.value?.find((listener) => listener.port === server.port)
  const found: Advice[] = []
  if (taken) {
    const free = freePort(machine, server.port)
    found.push(
      makeAdvice(
        'refuse',
        {
          id: 'port-taken',
          about: 'server.port',
          what: `Port ${server.port} is taken${taken.process ? ` by ${taken.process}` : ''}.`,
          why: `Something listens on ${taken.address}:${taken.port}; the engine would stop with \`Address already in use\`.`,
          source: { title: 'listening sockets of this machine' },
        },
        { facts: ['listeners'], instead: free ? `Port ${free} is free.` : 'Another port.' },
      ),
    )
  }
  if (server.port < 1024) {
    const what = {
      id: 'port-privileged',
      about: 'server.port',
      what: `Port ${server.port} is below 1024.`,
      why: 'vLLM takes ports from 1024 to 65535 only.',
      source: { title: 'vLLM: argparse_utils' },
    }
    found.push(makeAdvice('refuse', what, { instead: 'Port 8000, behind a reverse proxy where it must be 80 or 443.' }))
  }
  return found
}

function rights({ memory }: Recipe, machine: Machine): Advice[] {
  if (canBecomeRoot(machine) !== false || (memory.swap === null && memory.guard === 'none')) return []
  const needs = [memory.swap ? 'a swap file' : '', memory.guard === 'none' ? '' : 'a guard']
    .filter(Boolean)
    .join(' and ')
  return [
    makeAdvice(
      'refuse',
      {
        id: 'root-needed',
        about: 'memory',
        what: `This account cannot make ${needs}.`,
        why: 'Both need root rights, and neither sudo nor root is there.',
        source: { title: 'sudo and group membership of this account' },
      },
      { facts: ['user.privileges'], instead: 'Ask an administrator to run the exported script, or leave them out.' },
    ),
  ]
}

function limits({ memory }: Recipe, { os }: Machine): Advice[] {
  const wantsBytes = memory.limits?.memoryBytes !== undefined || memory.limits?.swapBytes !== undefined
  if (!wantsBytes || os.init.value === 'systemd' || os.init.value === null) return []
  return [
    makeAdvice(
      'warn',
      {
        id: 'limits-need-systemd',
        about: 'memory.limits',
        what: 'The limits of memory and swap are not kept here.',
        why: `systemd keeps them, and this machine starts with ${os.init.value}; only the score for the kernel is set.`,
        source: sources.systemd,
      },
      { facts: ['os.init'] },
    ),
  ]
}

/** Disk of an engine, unpacked, where it lies among the operator's files; images lie elsewhere. */
const engineBytes: Readonly<Partial<Record<Route, number>>> = {
  'vllm-cuda-wheel': wheelSizes.cuda.diskBytes,
  'vllm-rocm-wheel': wheelSizes.rocm.diskBytes,
  'vllm-cpu': wheelSizes.cpu.diskBytes,
  ollama: ollamaRelease.diskBytes,
  'llama-cpp': llamaCpp.source.diskBytes,
}

function disk(recipe: Recipe, machine: Machine, modelBytes: number | null): Advice[] {
  const { locations } = machine
  const engine = engineBytes[recipe.engine.route] ?? 0
  const enginePlace = recipe.install.directory ?? locations.data.value ?? locations.home.value ?? '/'
  const modelPlace = recipe.install.modelCache ?? locations.modelCache.value ?? locations.home.value ?? '/'
  const wanted = new Map<string, { bytes: number; what: string[] }>()
  const add = (place: string, bytes: number, what: string) => {
    const mount = filesystemUnder(machine, place)?.mount
    if (mount === undefined || bytes === 0) return
    const before = wanted.get(mount) ?? { bytes: 0, what: [] }
    wanted.set(mount, { bytes: before.bytes + bytes, what: [...before.what, `${what} ${formatGiB(bytes)}`] })
  }
  add(enginePlace, engine, 'engine')
  add(modelPlace, modelBytes ?? 0, 'model')
  if (recipe.memory.swap) add(recipe.memory.swap.path, recipe.memory.swap.bytes, 'swap')
  return [...wanted].flatMap(([mount, { bytes, what }]) => {
    const filesystem = machine.filesystems.find((one) => one.mount === mount)
    const free = filesystem?.freeBytes.value ?? null
    if (!filesystem || free === null || bytes <= free) return []
    const roomy = machine.filesystems.find(
      (one) => (one.freeBytes.value ?? 0) > bytes && one.readOnly.value !== true && one.device.value !== 'memory',
    )
    return [
      makeAdvice(
        'refuse',
        {
          id: `disk-too-small-${mount === '/' ? 'root' : mount.replaceAll('/', '-').replace(/^-/, '')}`,
          about: 'install.modelCache',
          what: `${formatGiB(bytes)} do not fit on ${mount}.`,
          why: `${formatGiB(free)} are free there, and this needs ${what.join(', ')}.`,
          source: { title: 'free space of this machine' },
        },
        {
          facts: [`filesystems[${machine.filesystems.indexOf(filesystem)}].freeBytes`],
          instead: roomy
            ? `Put it on ${roomy.mount}, which has ${formatGiB(roomy.freeBytes.value)} free.`
            : 'A smaller model, or more disk.',
        },
      ),
    ]
  })
}

/** vLLM before 0.18 pins --swap-space GiB for each card, 4 unless it is told otherwise; pinned memory cannot be swapped. */
function pinned(recipe: Recipe, machine: Machine): Advice[] {
  if (!isVllm(recipe) || isCpuRoute(recipe.engine.route)) return []
  const version = exactVersion(recipe.engine.version)
  if (knowsFlag(version, '--swap-space') !== true) return []
  const total = machine.memory.totalBytes.value
  const given = Number(recipe.server.arguments['swap-space'] ?? recipe.server.arguments.swap_space ?? 4)
  const cards = Math.min(cardsOf(recipe, machine).length, recipe.layout.tensorParallel * recipe.layout.pipelineParallel)
  const bytes = given * cards * GiB
  // vLLM itself refuses above 70 % of the host's memory and warns above 40 %.
  if (total === null || bytes <= 0.4 * total) return []
  return [
    makeAdvice(
      bytes > 0.7 * total ? 'refuse' : 'warn',
      {
        id: 'swap-space-pins-memory',
        about: 'server.arguments',
        what: `vLLM ${version} would pin ${formatGiB(bytes, 0)} of ${formatGiB(total)} of RAM.`,
        why: `Its --swap-space (${given} GiB a card) is locked memory, which no swap file can take.`,
        source: { ...sources.wheels, versions: 'vLLM < 0.18' },
      },
      { facts: ['memory.totalBytes', 'gpus'], instead: 'Give swap-space 1, or 0.' },
    ),
  ]
}

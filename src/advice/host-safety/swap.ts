import { formatGiB, GiB } from '../../core/bytes.ts'
import { unfitForSwap } from '../../knowledge/swap-filesystems.ts'
import { filesystemUnder } from '../../machine/find.ts'
import type { Filesystem, Machine } from '../../machine/schema.ts'
import type { Advice } from '../advice.ts'
import { isImmutable } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'

type SwapFile = { path: string; bytes: number }

export type SwapAdvice = {
  /** The swap file to create; null: none is needed, or none can be made (then `advice` holds a refusal). */
  readonly swap: SwapFile | null
  /** Bytes of swap that the engine should fill. */
  readonly expectedSwapBytes: number
  readonly advice: readonly Advice[]
}

/** Left free for the system when the engine runs. */
const systemReserve = 1 * GiB

/**
 * How much swap the engine needs, and where. Weights are mapped from files and need none; what needs swap is the anonymous memory
 * of the processes that does not fit into RAM.
 * @param neededBytes anonymous memory of all the engine's processes, at the high end
 */
export function swapAdvice(machine: Machine, neededBytes: number): SwapAdvice {
  const available = machine.memory.availableBytes.value ?? machine.memory.totalBytes.value
  const facts = ['memory.availableBytes', 'swap.totalBytes', 'swap.usedBytes']
  if (available === null) return { swap: null, expectedSwapBytes: 0, advice: [memoryUnknown()] }
  const expectedSwapBytes = Math.max(0, neededBytes + systemReserve - available)
  const there = (machine.swap.totalBytes.value ?? 0) - (machine.swap.usedBytes.value ?? 0)
  const shortage = expectedSwapBytes - there
  if (shortage <= 0) {
    const why = `The engine's processes need ${formatGiB(neededBytes)} of their own; ${formatGiB(available)} of RAM${there > 0 ? ` and ${formatGiB(there)} of swap are` : ' is'} free.`
    const enough = { id: 'swap-enough', about: 'memory.swap', what: 'No swap file is needed.', why, source: hostMemory }
    return { swap: null, expectedSwapBytes, advice: [makeAdvice('note', enough, { facts })] }
  }
  const blocked = swapBlocked(machine)
  if (blocked) return { swap: null, expectedSwapBytes, advice: [blocked] }

  const wished = Math.max(4 * GiB, 2 ** Math.ceil(Math.log2((2 * shortage) / GiB)) * GiB)
  const place = placesForSwap(machine).find(({ room }) => room >= shortage)
  if (!place) return { swap: null, expectedSwapBytes, advice: [noPlace(machine, shortage)] }
  const bytes = Math.min(wished, Math.floor(place.room / GiB) * GiB)
  const path = place.filesystem.mount === '/' ? '/rigup.swap' : `${place.filesystem.mount}/rigup.swap`
  const type = place.filesystem.type.value ?? 'unknown'
  const recommend = makeAdvice(
    'recommend',
    {
      id: 'swap-size',
      about: 'memory.swap',
      what: `A swap file of ${formatGiB(bytes, 0)} on ${place.filesystem.mount} (${type}).`,
      why: `The engine's processes need about ${formatGiB(neededBytes)} of anonymous memory and ${formatGiB(available)} of RAM is free: ${formatGiB(expectedSwapBytes)} must go to swap, and twice that keeps peaks from ending it.`,
      source: hostMemory,
    },
    { facts, sure: 'likely', wouldChange: 'more RAM, or fewer cards (each has a process of its own)' },
  )
  return { swap: { path, bytes }, expectedSwapBytes, advice: [recommend, ...swapPlaceAdvice(machine, { path, bytes })] }
}

/** What speaks against a swap file at that place, or has to be known about it; a refusal where it cannot work. */
export function swapPlaceAdvice(machine: Machine, { path, bytes }: SwapFile): Advice[] {
  const areas = machine.swap.areas.value ?? []
  if (areas.some((area) => area.path === path))
    return [
      note('swap-already-there', `${path} is swap already.`, 'It is active now and is left as it is.', ['swap.areas']),
    ]
  const blocked = swapBlocked(machine)
  if (blocked) return [blocked]
  const filesystem = filesystemUnder(machine, path)
  if (filesystem === null) return []
  const index = machine.filesystems.indexOf(filesystem)
  const facts = [`filesystems[${index}].type`, `filesystems[${index}].freeBytes`]
  const verdict = judge(filesystem)
  if (verdict !== null) {
    return [
      makeAdvice(
        'refuse',
        {
          id: 'swap-filesystem',
          about: 'memory.swap',
          what: `No swap file on ${filesystem.mount} (${filesystem.type.value}).`,
          why: verdict,
          source: sources.swapon,
        },
        { facts, instead: betterPlace(machine, bytes) },
      ),
    ]
  }
  const free = filesystem.freeBytes.value
  if (free !== null && room(filesystem) < bytes) {
    return [
      makeAdvice(
        'refuse',
        {
          id: 'swap-space',
          about: 'memory.swap',
          what: `${formatGiB(bytes)} of swap do not fit on ${filesystem.mount}.`,
          why: `${formatGiB(free)} are free there, and ${formatGiB(reserve(filesystem))} should stay free.`,
          source: sources.swapon,
        },
        { facts, instead: betterPlace(machine, bytes) },
      ),
    ]
  }
  const advice: Advice[] = []
  if (filesystem.type.value === 'btrfs')
    advice.push(
      note(
        'swap-on-btrfs',
        'On btrfs the file is made without copy-on-write.',
        'Swap there must not be copied on write, and the filesystem must lie on one device.',
        facts,
      ),
    )
  if (filesystem.device.value === 'hdd')
    advice.push(
      note(
        'swap-on-hdd',
        'This swap lies on a hard disk: loading takes minutes longer.',
        'What the processes do not use after their start is put there once; the engine does not work from it.',
        [`filesystems[${index}].device`],
      ),
    )
  if (isImmutable(machine))
    advice.push(
      note(
        'swap-by-module',
        'The swap file is part of the exported module, not of /etc/fstab.',
        'This system makes /etc from its own configuration.',
        ['os.immutable'],
      ),
    )
  return advice
}

const hostMemory = {
  title: "vLLM's processes measured: one per card, the engine and the server, 1.5 to 4 GiB each",
  reference: 'https://docs.vllm.ai/en/latest/configuration/conserving_memory/',
}

/** Why no swap can be made here at all; null where it can. */
function swapBlocked(machine: Machine): Advice | null {
  if (machine.swap.allowed.value !== false) return null
  const wsl = machine.os.wsl.value === true
  return makeAdvice(
    'refuse',
    {
      id: 'swap-not-allowed',
      about: 'memory.swap',
      what: 'No swap can be made from here.',
      why: wsl
        ? 'WSL gets its swap from Windows.'
        : (machine.swap.allowed.unknown ?? 'The kernel refuses swapon here, as in most containers.'),
      source: sources.swapon,
    },
    {
      facts: ['swap.allowed', 'os.container', 'os.wsl'],
      instead: wsl ? 'Set swap= in .wslconfig on Windows and restart WSL.' : 'Make it on the host, or use fewer cards.',
    },
  )
}

/** Why a filesystem cannot hold a swap file; null where it can. */
function judge({ type, readOnly }: Filesystem): string | null {
  return readOnly.value === true ? 'It is mounted read-only.' : unfitForSwap(type.value ?? '')
}

/** Kept free on a filesystem: 5 %, between 5 and 50 GiB. */
function reserve({ totalBytes }: Filesystem): number {
  return Math.min(50 * GiB, Math.max(5 * GiB, 0.05 * (totalBytes.value ?? 0)))
}

function room(filesystem: Filesystem): number {
  return Math.max(0, (filesystem.freeBytes.value ?? 0) - reserve(filesystem))
}

/** Where a swap file can lie, best first: SSD before hard disk, then `/`, then the most room. */
function placesForSwap(machine: Machine): { filesystem: Filesystem; room: number }[] {
  const rank = { ssd: 0, virtual: 1, hdd: 2 } as Record<string, number>
  return machine.filesystems
    .filter(
      (filesystem) =>
        filesystem.type.value !== null && judge(filesystem) === null && !/^\/(boot|efi)/.test(filesystem.mount),
    )
    .map((filesystem) => ({ filesystem, room: room(filesystem) }))
    .sort(
      (a, b) =>
        (rank[a.filesystem.device.value ?? ''] ?? 1) - (rank[b.filesystem.device.value ?? ''] ?? 1) ||
        Number(b.filesystem.mount === '/') - Number(a.filesystem.mount === '/') ||
        b.room - a.room,
    )
}

function betterPlace(machine: Machine, bytes: number): string {
  const place = placesForSwap(machine).find(({ room }) => room >= bytes)
  if (place) return `${place.filesystem.mount} (${place.filesystem.type.value}) has room for it.`
  const most = placesForSwap(machine)[0]
  return most
    ? `At most ${formatGiB(most.room, 0)} fit, on ${most.filesystem.mount}.`
    : 'Free space on an ext4 or XFS filesystem.'
}

function noPlace(machine: Machine, shortage: number): Advice {
  return makeAdvice(
    'refuse',
    {
      id: 'swap-no-place',
      about: 'memory.swap',
      what: `${formatGiB(shortage)} of swap are missing, and no filesystem can hold them.`,
      why: 'A swap file needs a native filesystem (ext4, XFS, btrfs) with room to spare.',
      source: sources.swapon,
    },
    { facts: ['filesystems'], instead: betterPlace(machine, shortage) },
  )
}

function memoryUnknown(): Advice {
  return makeAdvice(
    'warn',
    {
      id: 'memory-unknown',
      about: 'memory.swap',
      what: 'How much memory is free is not known.',
      why: 'Without it nobody can say whether the engine needs swap.',
      source: hostMemory,
    },
    { facts: ['memory.availableBytes'], instead: 'Say it by hand on the first screen.' },
  )
}

function note(id: string, what: string, why: string, facts: string[]): Advice {
  return makeAdvice('note', { id, about: 'memory.swap', what, why, source: sources.swapon }, { facts })
}

import { formatBytes, MiB } from '../../core/bytes.ts'
import { Problem } from '../../core/problem.ts'
import { unfitForSwap } from '../../knowledge/swap-filesystems.ts'
import { filesystemUnder } from '../../machine/find.ts'
import type { Machine } from '../../machine/schema.ts'
import type { Operation } from '../operation.ts'
import { type Action, action } from '../plan.ts'

type SwapFile = { readonly path: string; readonly bytes: number }

/** Why this swap file cannot be made on this machine, in a sentence; null where nothing speaks against it. Pure. */
export function swapRefusal({ path, bytes }: SwapFile, machine: Machine): string | null {
  if (machine.swap.allowed.value === false) return 'Swap cannot be switched on here, as in most containers.'
  const area = machine.swap.areas.value?.find((other) => other.path === path)
  if (area !== undefined && area.bytes < bytes - MiB) {
    return `${path} is in use as swap already, with ${formatBytes(area.bytes)}.`
  }
  const filesystem = filesystemUnder(machine, path)
  const type = filesystem?.type.value ?? ''
  const reason = unfitForSwap(type)
  if (reason !== null) return `${path} lies on ${type}. ${reason}`
  const free = filesystem?.freeBytes.value ?? null
  if (area === undefined && free !== null && free < bytes + 512 * MiB) {
    return `${formatBytes(bytes)} do not fit at ${path}: ${formatBytes(free)} are free there.`
  }
  return null
}

/**
 * Makes a swap file, switches it on, and lets it come back after a restart; each part can be found done and taken back.
 * Throws a Problem where the machine cannot have it.
 */
export function swapFileActions(swap: SwapFile, machine: Machine): Action[] {
  const refusal = swapRefusal(swap, machine)
  if (refusal !== null) {
    throw new Problem({
      what: `The swap file ${swap.path} is not possible on this machine.`,
      why: refusal,
      next: 'choose another path (--swap "64GiB at /path") or none (--swap none)',
      exit: 'machine',
    })
  }
  const { path, bytes } = swap
  const type = filesystemUnder(machine, path)?.type.value ?? null
  const fstab = `${path.replaceAll(' ', '\\040')} none swap sw,nofail 0 0`
  return [
    action(
      {
        id: 'swap-file',
        title: `swap file of ${formatBytes(bytes)} at ${path}`,
        reason:
          'Each process of the engine needs memory of its own, and together they need more than this machine has.',
        operations: createOperations(swap, type),
      },
      {
        needsRoot: true,
        check: isSwapFile(swap),
        // A disk that filled up before the file was whole would stay full.
        cleanUp: [{ kind: 'remove', path: unfinished(path) }],
        verify: isSwapFile(swap),
        undo: [
          { kind: 'remove', path, onlyIf: isOwn(path) },
          { kind: 'remove', path: unfinished(path) },
        ],
        diskBytes: bytes,
      },
    ),
    action(
      {
        id: 'swap-on',
        title: 'switch the swap file on',
        reason: 'A swap file counts only once the kernel uses it.',
        operations: [{ kind: 'run', argv: ['swapon', path], timeoutSeconds: 120 }],
      },
      {
        needsRoot: true,
        needs: ['swap-file'],
        check: [isActive(path)],
        verify: [isActive(path)],
        // What lies in it has to go back into memory, which takes minutes on a disk.
        undo: [{ kind: 'run', argv: ['swapoff', path], timeoutSeconds: 3600 }],
      },
    ),
    action(
      {
        id: 'swap-fstab',
        title: 'keep the swap file over restarts',
        reason: 'Without its line in /etc/fstab it would be off after the next start of the machine.',
        operations: [
          {
            kind: 'add-line',
            path: '/etc/fstab',
            line: fstab,
            verify: ['findmnt', '--verify', '--tab-file', '{file}'],
          },
        ],
      },
      {
        needsRoot: true,
        needs: ['swap-on'],
        check: [{ kind: 'file-has-line', path: '/etc/fstab', line: fstab }],
        undo: [{ kind: 'remove-line', path: '/etc/fstab', line: fstab }],
      },
    ),
  ]
}

/** The label by which rigup knows its own swap files again. */
const label = 'rigup'

/** True of a swap file that rigup made: another file of that name belongs to somebody. */
function isOwn(path: string): Action['check'][number] {
  return { kind: 'command', argv: ['swaplabel', path], contains: label }
}

/** It gets its name only when it is whole, so that a power cut leaves no half swap file, and a file that is there is never overwritten. */
function unfinished(path: string): string {
  return `${path}.rigup-new`
}

function createOperations({ path, bytes }: SwapFile, type: string | null): Operation[] {
  const file = unfinished(path)
  const mebibytes = Math.ceil(bytes / MiB)
  // ext4 and XFS (since Linux 4.18) take preallocated files, btrfs those without copy-on-write; elsewhere they may have holes.
  const isPreallocated = type === 'ext4' || type === 'xfs' || type === 'btrfs'
  return [
    run('truncate', '-s', '0', file),
    run('chmod', '600', file),
    ...(type === 'btrfs' ? [run('chattr', '+C', file)] : []),
    isPreallocated
      ? run('fallocate', '-l', `${mebibytes}MiB`, file)
      : run('dd', 'if=/dev/zero', `of=${file}`, 'bs=1M', `count=${mebibytes}`, 'conv=fsync', 'status=none'),
    run('mkswap', '--label', label, file),
    run('sync', file),
    run('mv', '-n', '-T', file, path),
  ]
}

function run(...argv: string[]): Operation {
  return { kind: 'run', argv, timeoutSeconds: 4 * 3600 }
}

function isSwapFile({ path, bytes }: SwapFile): Action['check'] {
  return [
    { kind: 'command', argv: ['swaplabel', path] },
    { kind: 'command', argv: ['stat', '-c', '%s bytes', path], contains: `${Math.ceil(bytes / MiB) * MiB} bytes` },
  ]
}

function isActive(path: string): Action['check'][number] {
  return { kind: 'command', argv: ['swapon', '--show=NAME', '--noheadings'], contains: path }
}

import { spawn } from 'node:child_process'
import { access, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { printable } from '../core/printable.ts'
import { Problem } from '../core/problem.ts'
import type { ExportTarget } from '../export/export-target.ts'
import { exportTargets } from '../export/export-targets.ts'
import type { Plan } from '../plan/plan.ts'
import { loadRecipe } from '../recipe/files.ts'
import { type CommandIo, say } from './io.ts'
import { loadMachine } from './load-machine.ts'
import { prepare } from './prepare.ts'

/** A script stays a file that can be mailed; what is larger is copied from where it lies. */
const largestArchiveBytes = 16 * 1024 * 1024

/** `rigup export RECIPE --to FORMAT`: writes to standard output what does the same without rigup. */
export async function runExport(
  given: string,
  options: { to: string; machine?: string },
  io: CommandIo,
): Promise<void> {
  const target = targetOf(options.to)
  const { recipe, lock } = await loadRecipe(given)
  const { context, plan, refusals } = await prepare(recipe, lock, await loadMachine(options))
  for (const { what, why } of refusals) say(io, printable(`cannot work there: ${what} ${why}`))
  io.stdout.write(target.write({ context, plan, archives: await archivesOf(plan) }))
}

function targetOf(name: string): ExportTarget {
  const target = Object.entries<ExportTarget>(exportTargets).find(([each]) => each === name)?.[1]
  if (target) return target
  throw new Problem({
    what: `There is no export to "${name}".`,
    next: `use one of: ${Object.keys(exportTargets).join(', ')}`,
    exit: 'usage',
  })
}

/** What the plan copies from rigup's own files, as base64 of a gzipped tar of each folder's content. */
export async function archivesOf(plan: Plan): Promise<Map<string, string>> {
  const archives = new Map<string, string>()
  for (const operation of plan.actions.flatMap(({ operations }) => operations)) {
    if (operation.kind !== 'copy' || archives.has(operation.from)) continue
    const isThere = await access(operation.from).then(
      () => true,
      () => false,
    )
    if (!isThere) continue
    const packed = await pack(operation.from)
    if (packed.length <= largestArchiveBytes) archives.set(operation.from, packed.toString('base64'))
  }
  return archives
}

/** The same files give the same bytes, so that the same recipe gives the same script. */
async function pack(path: string): Promise<Buffer> {
  const isFolder = (await stat(path)).isDirectory()
  const child = spawn(
    'tar',
    [
      ...['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '-czf', '-'],
      ...['-C', isFolder ? path : dirname(path), isFolder ? '.' : basename(path)],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 },
  )
  return buffer(child.stdout)
}

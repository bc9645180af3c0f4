import { spawn } from 'node:child_process'
import { access, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { printable } from '../core/printable.ts'
import { Problem } from '../core/problem.ts'
import { planToShell } from '../export/sh.ts'
import type { Plan } from '../plan/plan.ts'
import { loadRecipe } from '../recipe/files.ts'
import { type CommandIo, say } from './io.ts'
import { loadMachine } from './load-machine.ts'
import { prepare } from './prepare.ts'

/** A script stays a file that can be mailed; what is larger is copied from where it lies. */
const largestArchiveBytes = 16 * 1024 * 1024

/** `rigup export RECIPE --to sh`: writes to standard output what does the same without rigup. */
export async function runExport(
  given: string,
  options: { to: string; machine?: string },
  io: CommandIo,
): Promise<void> {
  if (options.to !== 'sh') {
    throw new Problem({ what: `There is no export to "${options.to}".`, next: 'use: --to sh', exit: 'usage' })
  }
  const { recipe, lock } = await loadRecipe(given)
  const { plan, refusals } = await prepare(recipe, lock, await loadMachine(options))
  for (const { what, why } of refusals) say(io, printable(`cannot work there: ${what} ${why}`))
  io.stdout.write(planToShell(plan, await archivesOf(plan)))
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

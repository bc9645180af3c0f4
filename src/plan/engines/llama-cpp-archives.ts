import { join } from 'node:path'
import { Problem } from '../../core/problem.ts'
import { pinnedLlamaCpp } from '../../knowledge/llama-cpp-release.ts'
import { installPaths, type PlanContext } from '../context.ts'
import type { Check } from '../operation.ts'
import { type Action, action } from '../plan.ts'
import { unpackRelease } from './releases.ts'

type Archives = NonNullable<PlanContext['recipe']['engine']['archives']>

/** The server as it lies in an unpacked release. */
export function unpackedServer(context: PlanContext): string {
  return join(folderOf(context), 'llama-server')
}

/** Fetches the archives of the recipe's release, and unpacks them into one folder: programs and libraries find each other there. */
export function unpackLlamaCpp(context: PlanContext): Action {
  const { version, build } = context.recipe.engine
  const folder = folderOf(context)
  const archives = archivesOf(context)
  const answers: Check[] = [
    // `version: 11391 (2bc5635)`, and `version: 0.4.0-dev (build 11391, commit 2bc5635)` since 2026-09.
    { kind: 'command', argv: [unpackedServer(context), '--version'], contains: version.replace(/^b/, '') },
    ...listsCards(context),
  ]
  return action(
    {
      id: 'llama-cpp',
      title: `llama.cpp ${version} (${build})`,
      reason:
        "The project's own build, checked by its SHA-256 and unpacked beside the recipe; nothing under /usr is touched.",
      operations: [
        { kind: 'make-directory', path: installPaths(context).engine },
        { kind: 'make-directory', path: folder },
        // Each archive holds one folder, named after the release.
        ...archives.flatMap(({ file, sha256 }) =>
          unpackRelease(
            context,
            { repository: 'ggml-org/llama.cpp', tag: version, file, sha256, savedAs: file, strip: 1 },
            folder,
          ),
        ),
      ],
    },
    {
      check: answers,
      verify: answers,
      undo: [{ kind: 'remove', path: installPaths(context).engine }],
      ...sizes(archives),
    },
  )
}

function folderOf(context: PlanContext): string {
  return join(installPaths(context).engine, 'llama.cpp')
}

/** A build for cards that finds none runs too, on the CPU and without a word. */
function listsCards(context: PlanContext): Check[] {
  const { build } = context.recipe.engine
  const device = pinnedLlamaCpp.find((pinned) => pinned.build === build)?.device
  return device === undefined
    ? []
    : [{ kind: 'command', argv: [unpackedServer(context), '--list-devices'], contains: device }]
}

function archivesOf({ recipe }: PlanContext): Archives {
  const { archives, version, build } = recipe.engine
  if (archives !== undefined) return archives
  throw new Problem({
    what: `rigup has no checksum for llama.cpp ${version} (${build}) on this machine.`,
    why: 'It pins one release for each build, and fetches nothing that it cannot check.',
    next: 'Write engine.archives into the recipe (file and sha256 of each, as the release shows them), or choose --engine-build source.',
    exit: 'input',
  })
}

function sizes(archives: Archives): Partial<Action> {
  const known = pinnedLlamaCpp.flatMap((pinned) => pinned.archives)
  const bytes = archives.map(({ sha256 }) => known.find((archive) => archive.sha256 === sha256)?.bytes ?? null)
  const total = bytes.reduce<number | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0)
  // Libraries of programs shrink to about a third.
  return total === null ? {} : { downloadBytes: total, diskBytes: total * 3 }
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, vi } from 'vitest'
import type { CommandIo } from '#src/commands/io.ts'
import type { Plan } from '#src/plan/plan.ts'
import { openJournal } from '#src/run/journal.ts'
import type { UnstampedEvent } from '#src/run/journal-event.ts'
import { createRun } from '#src/run/runs.ts'

/** Folders of an operator of their own, for each test; gives the path of the home folder. */
export function ownFolders(): () => string {
  let home = ''
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'rigup-command-'))
    for (const name of ['DATA', 'STATE', 'CONFIG', 'CACHE'])
      vi.stubEnv(`XDG_${name}_HOME`, join(home, name.toLowerCase()))
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(home, { recursive: true, force: true })
  })
  return () => home
}

/** A run that has these events in its journal; gives its folder. */
export async function recordedRun(plan: Plan, events: readonly UnstampedEvent[], recipe = ''): Promise<string> {
  const directory = await createRun({ plan, recipe })
  const journal = await openJournal(directory)
  for (const event of events) await journal.append(event)
  await journal.close()
  return directory
}

/** The streams of a command without a terminal, and what was written to them. */
export function commandIo(): { io: CommandIo; out: () => string; said: () => string } {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const io = { stdin: new PassThrough(), stdout, stderr, environment: process.env } as unknown as CommandIo
  const read = (stream: PassThrough) => String(stream.read() ?? '')
  return { io, out: () => read(stdout), said: () => read(stderr) }
}

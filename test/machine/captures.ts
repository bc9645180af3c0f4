import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { machineFromCaptures } from '#src/machine/from-captures.ts'
import type { Machine } from '#src/machine/schema.ts'

/** The machine that a folder with these files gives. */
export async function machineOf(files: Readonly<Record<string, string>>): Promise<Machine> {
  const directory = await mkdtemp(join(tmpdir(), 'rigup-captures-'))
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
    return await machineFromCaptures(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { messageOf, Problem } from '../../core/problem.ts'
import type { OperationContext, OperationOf } from '../executor.ts'
import { asProblem } from './file-problem.ts'

/**
 * Unpacks a tar archive into a folder that is there. rigup takes the compression off itself, because zstd is missing on many machines; what
 * the archive holds has been checked by `fetch`.
 */
export async function unpack(
  { archive, directory, strip }: OperationOf<'unpack'>,
  context: OperationContext,
): Promise<void> {
  const { log, progress, signal } = context
  const totalBytes = (await asProblem(archive, () => stat(archive))).size
  log(`unpack ${archive} into ${directory}\n`)
  const tar = spawn('tar', ['-xf', '-', '-C', directory, `--strip-components=${strip ?? 0}`], {
    stdio: ['pipe', 'ignore', 'pipe'],
    signal,
  })
  let said = ''
  tar.stderr.on('data', (chunk: Buffer) => {
    log(chunk)
    said = (said + chunk.toString('utf8')).slice(-4096)
  })
  // Waited for from the beginning: tar may end before it has read all, and that is not to be missed.
  const closed = once(tar, 'close').then(
    ([code]) => (code === 0 ? null : said.trim() || `tar ended with ${String(code)}`),
    (error: unknown) => messageOf(error),
  )
  let doneBytes = 0
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      doneBytes += chunk.length
      progress({ text: 'unpacking', doneBytes, totalBytes })
      done(null, chunk)
    },
  })
  const decompressed = archive.endsWith('.zst') ? createZstdDecompress() : createGunzip()
  const cut = await pipeline(createReadStream(archive), counted, decompressed, tar.stdin, { signal }).then(
    () => null,
    (error: unknown) => messageOf(error),
  )
  // tar leaves off at the end of the archive, and what pads it may find nobody who reads it: its own word counts.
  const failed = await closed
  if (failed !== null && cut !== null) log(`${cut}\n`)
  signal.throwIfAborted()
  if (failed === null) return
  throw new Problem({
    what: `${archive} could not be unpacked into ${directory}.`,
    why: failed.split('\n').at(-1),
    next: 'check the room on that disk (df -h), then try again',
    log: context.logFile,
    exit: 'machine',
  })
}

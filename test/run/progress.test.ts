import { describe, expect, test } from 'vitest'
import { MiB } from '#src/core/bytes.ts'
import type { ProgressUpdate } from '#src/run/executor.ts'
import { progressReader } from '#src/run/progress/readers.ts'

type Kind = Parameters<typeof progressReader>[0]

function readAll(kind: Kind, lines: readonly string[]): ProgressUpdate[] {
  const read = progressReader(kind)
  return lines.flatMap((line) => read(line.trim()) ?? [])
}

describe('progress', () => {
  test('of uv 0.13, as it prints without a terminal', () => {
    const updates = readAll('uv', [
      'Using Python 3.11.7 environment at: engine',
      'Resolved 2 packages in 412ms',
      'Downloading pillow (6.8MiB)',
      'Downloading numpy (16.1MiB)',
      ' Downloaded pillow',
      ' Downloaded numpy',
      'Prepared 2 packages in 1.52s',
      'Installed 2 packages in 121ms',
      ' + numpy==2.4.6',
    ])
    expect(updates.map(({ text }) => text)).toEqual([
      'Using Python 3.11.7 environment at: engine',
      'Resolved 2 packages in 412ms',
      'downloading pillow (6.8 MiB)',
      'downloading numpy (16.1 MiB)',
      'downloaded pillow',
      'downloaded numpy',
      'Prepared 2 packages in 1.52s',
      'Installed 2 packages in 121ms',
    ])
    expect(updates[4]).toMatchObject({
      doneBytes: Math.round(6.8 * MiB),
      totalBytes: Math.round(6.8 * MiB) + Math.round(16.1 * MiB),
    })
  })

  test('of docker counts layers', () => {
    const updates = readAll('docker', [
      'sha256:abc: Pulling from vllm/vllm-openai',
      '0123456789ab: Pulling fs layer',
      'ba9876543210: Pulling fs layer',
      '0123456789ab: Download complete',
      '0123456789ab: Pull complete',
      'Digest: sha256:0f',
    ])
    expect(updates.at(-2)).toEqual({ text: '1 of 2 layers' })
  })

  test('of podman names layers, and not when one is there', () => {
    const lines = ['a', 'b'].map((letter) => `Copying blob sha256:${letter.repeat(64)}`)
    expect(readAll('docker', lines).at(-1)).toEqual({ text: 'copying 2 layers' })
  })

  test('of ollama is no progress while only the spinner turns', () => {
    expect(readAll('ollama', ['pulling manifest ⠋', 'pulling manifest ⠙']).map(({ text }) => text)).toEqual([
      'pulling manifest',
      'pulling manifest',
    ])
  })

  test('of ollama reads sizes', () => {
    const line = 'pulling 8eeb52dfb3bb...  45% ▕███████           ▏ 2.1 GB/4.7 GB   38 MB/s   1m2s'
    expect(readAll('ollama', [line])).toEqual([{ text: 'pulling 8eeb52dfb3bb', doneBytes: 2.1e9, totalBytes: 4.7e9 }])
  })

  test('of the hub adds up the files', () => {
    const updates = readAll('hub', [
      'Fetching 3 files:   0%|          | 0/3 [00:00<?, ?it/s]',
      'model-00001-of-00002.safetensors:  12%|█▏        | 512M/4.00G [00:05<00:45, 98.7MB/s]',
      'model-00002-of-00002.safetensors:  50%|█████     | 1.00G/2.00G [00:05<00:05, 98.7MB/s]',
      'Fetching 3 files:  33%|███▎      | 1/3 [00:10<00:20,  9.9s/it]',
    ])
    expect(updates.at(-1)).toEqual({ text: '1 of 3 files', doneBytes: 1.512e9, totalBytes: 6e9 })
  })
})

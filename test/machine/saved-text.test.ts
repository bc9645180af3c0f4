import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { machineFromCaptures } from '#src/machine/from-captures.ts'
import { jsonDocuments } from '#src/machine/json-text.ts'

describe('JSON among other text', () => {
  it.each([
    ['a prompt after it', '$ tool --json\n{"a":1}\nop@host:~$ ', [{ a: 1 }]],
    ['a prompt in brackets before it', '[root@node ~]# tool\n[{"a":1}]\n[root@node ~]#', [[{ a: 1 }]]],
    ['two in one file', '{"a":1}\n{"b":[2]}\n', [{ a: 1 }, { b: [2] }]],
    ['cut off within a word', '{"a":[{"b":1},{"b":2,"c":"x', [{ a: [{ b: 1 }, { b: 2 }] }]],
    ['cut off after a bracket', '[{"a":1}', [[{ a: 1 }]]],
    ['brackets in words', '{"a":"}]{["}', [{ a: '}]{[' }]],
    ['none', 'GPU[0] : {', []],
    ['the wrong bracket', '{"a":1]', []],
  ])('%s', (_, text, expected) => {
    expect(jsonDocuments(text)).toEqual(expected)
  })

  it('gives up on what is nested too deep, in little time', () => {
    expect(jsonDocuments('['.repeat(1_000_000))).toEqual([])
    expect(jsonDocuments('[\n'.repeat(100_000))).toEqual([])
  })
})

it.each([
  ['UTF-16 of PowerShell', Buffer.from('\ufeffMemTotal: 16 kB\r\n', 'utf16le')],
  ['UTF-16 without its mark', Buffer.from('MemTotal: 16 kB\r\n', 'utf16le')],
  ['UTF-16, the other way round', Buffer.from('\ufeffMemTotal: 16 kB\n', 'utf16le').swap16()],
  ['UTF-8 with a mark', Buffer.from('\ufeffMemTotal: 16 kB\n')],
  ['colours', Buffer.from('\u001b[1mMemTotal:\u001b[0m 16 kB\n')],
  ['bytes of no encoding', Buffer.concat([Buffer.from([0xc3, 0x28, 0x0a]), Buffer.from('MemTotal: 16 kB\n')])],
])('reads a file in %s', async (_, bytes) => {
  const directory = await mkdtemp(join(tmpdir(), 'rigup-encodings-'))
  try {
    await writeFile(join(directory, 'meminfo.txt'), bytes)
    const { memory } = await machineFromCaptures(directory)
    expect(memory.totalBytes.value).toBe(16 * 1024)
  } finally {
    await rm(directory, { recursive: true })
  }
})

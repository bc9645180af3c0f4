import { describe, expect, test } from 'vitest'
import { createGate } from '#src/log/gate.ts'
import type { LogLine } from '#src/log/line.ts'
import { createLogReader } from '#src/log/reader.ts'

function read(bytes: Uint8Array, chunk = bytes.length || 1): LogLine[] {
  const reader = createLogReader()
  const lines: LogLine[] = []
  for (let start = 0; start < bytes.length; start += chunk)
    lines.push(...reader.push(bytes.subarray(start, start + chunk)))
  return [...lines, ...reader.end()]
}
const readText = (text: string): LogLine[] => read(Buffer.from(text))

describe('one line in many dresses', () => {
  const message = 'Model loading took 3.25 GiB'
  test.each<[string, string, Partial<LogLine>]>([
    ['plain', message, { process: null, level: null }],
    ['vLLM 0.6', `INFO 11-20 10:00:00 model_runner.py:1067] ${message}`, { level: 'info', time: '11-20 10:00:00' }],
    [
      'vLLM 0.8, a worker',
      `(VllmWorker rank=1 pid=12) WARNING 11-20 10:00:00 [x.py:1] ${message}`,
      { process: 'VllmWorker rank=1', pid: 12, level: 'warning' },
    ],
    [
      'vLLM 0.11',
      `(EngineCore_DP0 pid=12) ERROR 11-20 10:00:00 [core.py:1] ${message}`,
      { process: 'EngineCore_DP0', pid: 12, level: 'error' },
    ],
    [
      'debug with a path',
      `(Worker_TP0 pid=3) DEBUG 11-20 10:00:00 [v1/worker/gpu_worker.py:12] ${message}`,
      { process: 'Worker_TP0', level: 'debug' },
    ],
    ['Ray', `(RayWorkerWrapper pid=5, ip=10.0.0.2) ${message}`, { process: 'RayWorkerWrapper', pid: 5 }],
    ['rank of torch', `[rank3]: ${message}`, { process: 'rank3' }],
    ['colour', `\u001b[1;36m(APIServer pid=1)\u001b[0;0m ${message}`, { process: 'APIServer' }],
    ['colour without its escape character', `[1;36m(APIServer pid=1)[0;0m ${message}`, { process: 'APIServer' }],
    ['compose', `vllm-1  | ${message}`, {}],
    ['docker with times', `2026-11-20T10:00:00.123456789Z ${message}`, { time: '2026-11-20T10:00:00.123456789Z' }],
    ['Kubernetes', `2026-11-20T10:00:00.1Z stderr F (EngineCore pid=1) ${message}`, { process: 'EngineCore' }],
    ['kubectl', `[pod/vllm-0/vllm] ${message}`, {}],
    [
      'docker json',
      JSON.stringify({ log: `${message}\n`, stream: 'stdout', time: '2026-11-20T10:00:00Z' }),
      { time: '2026-11-20T10:00:00Z' },
    ],
    ['journal', `Nov 20 10:00:00 rig vllm[77]: ${message}`, { process: 'vllm', pid: 77 }],
    [
      'compose in a journal',
      `Nov 20 10:00:00 rig dockerd[77]: vllm-1  | INFO 11-20 10:00:00 [x.py:1] ${message}`,
      { level: 'info' },
    ],
    ['dmesg', `[ 8123.456789] ${message}`, {}],
    ['journal as json', JSON.stringify({ _PID: '77', MESSAGE: `(EngineCore pid=1) ${message}` }), { pid: 1 }],
    ['a structured logger', JSON.stringify({ severity: 'INFO', message, timestamp: '2026' }), { time: '2026' }],
    ['pm2', `0|vllm     | ${message}`, {}],
    ['Docker Desktop', `2026-11-20 10:00:00.123 | ERROR 11-20 10:00:00 [x.py:1] ${message}`, { level: 'error' }],
    ['a CI runner', `  | [2026-11-20T10:00:00Z] ERROR 11-20 10:00:00 [x.py:1] ${message}`, { level: 'error' }],
    ['the frame of a terminal program', `│ ${message}`, {}],
    [
      'colour with a caret',
      `^[[0;36m(EngineCore pid=9)^[[0;0m ^[[31mERROR^[[0m: ${message}`,
      { level: 'error', pid: 9 },
    ],
    ['log4j', `2026-11-20T10:00:00,123 [INFO ] W-9000-model_1.0-stdout MODEL_LOG - ${message}`, { level: 'info' }],
    [
      'the C++ part of torch',
      `[rank0]:[W1120 10:00:00.123456789 ProcessGroupNCCL.cpp:1538] ${message}`,
      { process: 'rank0', level: 'warning' },
    ],
    ['uvicorn', `INFO:     ${message}`, { level: 'info' }],
    ['loguru', `2026-11-20 10:00:00.123 | ERROR    | stderr | ${message}`, { level: 'error' }],
    ['llama.cpp', `0.00.123.456 W ${message}`, { level: 'warning' }],
  ])('%s', (_, line, expected) => {
    expect(readText(`${line}\n`)).toMatchObject([{ number: 1, message, ...expected }])
  })
})

describe('bytes', () => {
  const text = 'first\nsecond line\nthird\n'
  const messages = ['first', 'second line', 'third']
  test.each<[string, Buffer]>([
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16 little endian', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 big endian', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from(text, 'utf16le')],
    ['Windows line ends', Buffer.from(text.replaceAll('\n', '\r\n'))],
    ['no line end at the end', Buffer.from(text.trimEnd())],
  ])('%s, whole and byte by byte', (_, bytes) => {
    for (const chunk of [bytes.length, 7, 1]) {
      const lines = read(bytes, chunk)
      expect(lines.map((line) => line.message)).toEqual(messages)
      expect(lines.map((line) => line.number)).toEqual([1, 2, 3])
    }
  })

  test('a progress bar: each redrawing has the number of its line', () => {
    const lines = readText('10%\r50%\r100%\nnext\n')
    expect(lines.map(({ number, message }) => [number, message])).toEqual([
      [1, '10%'],
      [1, '50%'],
      [1, '100%'],
      [2, 'next'],
    ])
  })

  test('nothing that moves a cursor reaches a screen', () => {
    const [line] = readText('a\u001b]0;title\u0007b\u001b[2Jc\u0000d\u202ee\u009b31mf\n')
    expect(line?.text).toMatch(/^[a-z0-9]+$/)
  })

  test('a line without end comes in pieces', () => {
    const lines = read(Buffer.alloc(100_000, 'x'), 4096)
    expect(lines.map(({ text: piece }) => piece.length).reduce((sum, length) => sum + length)).toBe(100_000)
    expect(Math.max(...lines.map(({ text: piece }) => piece.length))).toBeLessThanOrEqual(16 * 1024)
    expect(new Set(lines.map(({ number }) => number))).toEqual(new Set([1]))
  })
})

describe('a gate', () => {
  const gate = createGate(['wanted', 'also this'])
  function gated(text: string, chunk: number): LogLine[] {
    const bytes = Buffer.from(text)
    const reader = createLogReader(gate)
    const lines: LogLine[] = []
    for (let start = 0; start < bytes.length; start += chunk)
      lines.push(...reader.push(bytes.subarray(start, start + chunk)))
    return [...lines, ...reader.end()]
  }

  test.each([1, 5, 64, 10_000])(
    'passes only lines with a literal, under their own numbers, in chunks of %i',
    (chunk) => {
      const text = 'no\nthe WANTED line\r\n\nno\nand also this\nwante\nd\nlast wanted'
      expect(gated(text, chunk).map(({ number, message }) => [number, message])).toEqual([
        [2, 'the WANTED line'],
        [5, 'and also this'],
        [8, 'last wanted'],
      ])
    },
  )

  test('lets lines with escape sequences through, which could hide a literal', () => {
    expect(gated('want\u001b[31med\nno\n', 100).map(({ message }) => message)).toEqual(['wanted'])
  })
})

import { describe, expect, test } from 'vitest'
import type { LogLine } from '#src/log/line.ts'
import { LineBuffer } from '#src/ui/log-pane/line-buffer.ts'
import { LogPane } from '#src/ui/log-pane/log-pane.tsx'
import { useLogPane } from '#src/ui/log-pane/use-log-pane.ts'
import { show } from '#test/support/component.tsx'
import { logLine, logLines } from '#test/support/log-lines.ts'

function Pane({ buffer, harmlessReason }: { buffer: LineBuffer; harmlessReason?: (line: LogLine) => string | null }) {
  const log = useLogPane(buffer)
  return <LogPane log={log} label="engine log" width={50} height={6} {...(harmlessReason ? { harmlessReason } : {})} />
}

function bufferOf(lines: readonly LogLine[]): LineBuffer {
  const buffer = new LineBuffer()
  buffer.push(lines)
  return buffer
}

describe('the log pane', () => {
  test('follows the end of the log', async () => {
    const buffer = bufferOf(logLines(1, 9))
    const pane = show(<Pane buffer={buffer} />)
    expect(pane.lines().slice(1)).toEqual(['line 5', 'line 6', 'line 7', 'line 8', 'line 9'])
    buffer.push(logLines(10, 12))
    await pane.shows('line 12')
    expect(pane.lines().slice(1)).toEqual(['line 8', 'line 9', 'line 10', 'line 11', 'line 12'])
  })

  test('stays where the operator scrolled to while lines come', async () => {
    const buffer = bufferOf(logLines(1, 20))
    const pane = show(<Pane buffer={buffer} />)
    await pane.press('up', 'up')
    await pane.shows('line 14 of 20')
    buffer.push(logLines(21, 30))
    await pane.shows('line 14 of 30')
    expect(pane.lines().slice(1)).toEqual(['line 14', 'line 15', 'line 16', 'line 17', 'line 18'])
    await pane.press('G')
    await pane.shows('line 30')
  })

  test('searches from the end back, and on with n and N', async () => {
    const lines = logLines(1, 40).map((line) =>
      line.number % 10 === 0 ? logLine(line.number, `CUDA error ${line.number}`) : line,
    )
    const pane = show(<Pane buffer={bufferOf(lines)} />)
    await pane.press('/', 'cuda')
    await pane.shows('search: cuda')
    await pane.press('enter')
    await pane.shows('"cuda", line 40 of 40')
    await pane.press('N')
    await pane.shows('"cuda", line 30 of 40')
    expect(pane.frame()).toContain('CUDA error 30')
    await pane.press('n', 'n')
    await pane.shows('"cuda", line 10 of 40')
  })

  test('says where a search found nothing', async () => {
    const pane = show(<Pane buffer={bufferOf(logLines(1, 20))} />)
    await pane.press('up', '/', 'nowhere', 'enter')
    await pane.shows('"nowhere" not found')
  })

  test('jumps to a line by its number', async () => {
    const pane = show(<Pane buffer={bufferOf(logLines(1, 400))} />)
    await pane.press(':', '42', 'enter')
    await pane.shows('line 42 of 400')
    expect(pane.lines().slice(1)).toContain('line 42')
  })

  test('cuts long lines, and shows them whole when asked', async () => {
    const text = `start ${'word '.repeat(15)}end`
    const pane = show(<Pane buffer={bufferOf([logLine(1, text)])} />)
    expect(pane.lines()[1]).toMatch(/^start .*…$/)
    await pane.press('w')
    await pane.shows('end')
    expect(pane.lines().slice(1, 3).join(' ')).toBe(text)
  })

  test('cuts wide characters by their width', () => {
    const pane = show(<Pane buffer={bufferOf([logLine(1, '模'.repeat(40))])} />)
    expect(pane.lines()[1]).toBe(`${'模'.repeat(24)}…`)
  })

  test('marks errors and warnings, and calls harmless what is harmless', () => {
    const lines = [
      logLine(1, 'raw', { level: 'error', message: 'CUDA error', time: '2026-11-20 02:00:51', process: 'worker 3' }),
      logLine(2, 'raw', { level: 'warning', message: 'slow link' }),
      logLine(3, 'raw', { level: 'warning', message: 'custom allreduce' }),
    ]
    const harmlessReason = (line: LogLine) => (line.message.includes('allreduce') ? 'no peer access' : null)
    const pane = show(<Pane buffer={bufferOf(lines)} harmlessReason={harmlessReason} />)
    expect(pane.lines().slice(1, 4)).toEqual([
      '02:00:51  worker 3  ✗ CUDA error',
      '! slow link',
      '! custom allreduce                        harmless',
    ])
  })

  test('shows no control characters, whatever the log holds', () => {
    const hostile = '\u001b[2J\u001b]0;title\u0007a\u202eb\tc\u009b1m'
    const pane = show(<Pane buffer={bufferOf([logLine(1, hostile)])} />)
    expect(pane.lines()[1]).toBe('ab c')
  })
})

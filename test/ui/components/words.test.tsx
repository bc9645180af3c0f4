import { describe, expect, test } from 'vitest'
import { Notice } from '#src/ui/components/notice.tsx'
import { type Progress, progressText } from '#src/ui/components/progress-text.ts'
import { TextPanel } from '#src/ui/components/text-panel.tsx'
import { show } from '#test/support/component.tsx'

test.each<[Progress, string]>([
  [{ doneBytes: 2.1e9, totalBytes: 4.3e9, bytesPerSecond: 38e6 }, '2.1 of 4.3 GB   38 MB/s   58 s'],
  [{ doneBytes: 2.1e9, totalBytes: 4.3e9 }, '2.1 of 4.3 GB'],
  [{ doneBytes: 812e6, bytesPerSecond: 61e6 }, '812 MB   61 MB/s'],
  [{ doneBytes: 812e6, totalBytes: 4.3e9, bytesPerSecond: 0 }, '0.8 of 4.3 GB   0 B/s'],
  [{ doneBytes: 4.3e9, totalBytes: 4.3e9, bytesPerSecond: 38e6 }, '4.3 of 4.3 GB   38 MB/s'],
  [{ doneBytes: 0, totalBytes: 38.6e9, bytesPerSecond: 61e6 }, '0.0 of 38.6 GB   61 MB/s   10 min 33 s'],
  [{}, ''],
])('%j reads %j', (progress, text) => expect(progressText(progress)).toBe(text))

test('a notice wraps under its own text and names the step that deals with it', () => {
  const notice = show(
    <Notice
      kind="warn"
      topic="RAM"
      topicWidth={5}
      text="8 workers need 20-30 GiB of memory; 15.5 here"
      mitigation="swap of 64 GiB on /"
      step="memory"
      width={50}
    />,
  )
  expect(notice.lines()).toEqual([
    '! RAM    8 workers need 20-30 GiB of memory; 15.5',
    '         here',
    '         → swap of 64 GiB on /            [memory]',
  ])
})

describe('a text panel', () => {
  const text = Array.from({ length: 9 }, (_, index) => `line ${index + 1}`).join('\n')

  test('scrolls, and stops at the ends', async () => {
    const panel = show(<TextPanel text={text} width={20} height={4} active />)
    expect(panel.lines()).toEqual(['line 1', 'line 2', 'line 3', 'line 1 to 3 of 9'])
    await panel.press('down', 'page-down')
    await panel.shows('line 5 to 7 of 9')
    await panel.press('end', 'down')
    await panel.shows('line 7 to 9 of 9')
    await panel.press('home')
    await panel.shows('line 1 to 3 of 9')
  })
})

import { printableLine } from '../../core/printable.ts'
import type { LogLine } from '../../log/line.ts'
import { cut, pad, widthOf } from '../text/width.ts'
import { wrap } from '../text/wrap.ts'
import type { LineBuffer } from './line-buffer.ts'
import { type LogView, topOf } from './log-view.ts'

/** How a row looks. */
type LogTone = 'plain' | 'dim' | 'warn' | 'fail' | 'found'

/** One row of the pane, ready to draw. */
export type LogRow = { readonly key: string; readonly text: string; readonly tone: LogTone }

type LogRowsOptions = {
  readonly width: number
  readonly height: number
  readonly cutSign: string
  readonly warningSign: string
  readonly failedSign: string
  /** Why a line that looks bad is not; null where it may be. */
  readonly harmlessReason: (line: LogLine) => string | null
}

/** The rows that the pane shows now; at most `height`. */
export function logRows(buffer: LineBuffer, view: LogView, options: LogRowsOptions): LogRow[] {
  const { height } = options
  const rowsAt = (position: number): LogRow[] => {
    const line = buffer.at(position)
    return line ? rowsOf(line, position, position === view.found, view.whole, options) : []
  }
  const rows: LogRow[] = []
  if (view.follow) {
    for (let position = buffer.end - 1; position >= buffer.first && rows.length < height; position -= 1) {
      rows.unshift(...rowsAt(position))
    }
    return rows.slice(-height)
  }
  const top = topOf(view, { first: buffer.first, end: buffer.end, height })
  for (let position = top; position < buffer.end && rows.length < height; position += 1) rows.push(...rowsAt(position))
  return rows.slice(0, height)
}

function rowsOf(line: LogLine, position: number, found: boolean, whole: boolean, options: LogRowsOptions): LogRow[] {
  const harmless = options.harmlessReason(line)
  const tone = found ? 'found' : toneOf(line, harmless !== null)
  const texts = whole ? wholeTexts(line, harmless, options.width) : [cutText(line, harmless !== null, options)]
  return texts.map((text, index) => ({ key: `${position}.${index}`, text, tone }))
}

function toneOf(line: LogLine, harmless: boolean): LogTone {
  if (harmless || line.level === 'debug') return 'dim'
  if (line.level === 'warning') return 'warn'
  return line.level === 'error' || line.level === 'critical' ? 'fail' : 'plain'
}

const clock = /\d\d:\d\d:\d\d/
const harmlessWord = 'harmless'

/** `02:00:51  EngineCore  ! custom allreduce is disabled        harmless` */
function cutText(line: LogLine, harmless: boolean, options: LogRowsOptions): string {
  const { width, cutSign } = options
  const parts = [clock.exec(line.time ?? '')?.[0], line.process ?? undefined].filter((part) => part !== undefined)
  const sign = signOf(line, options)
  const text = printableLine([...parts, sign + line.message].join('  '))
  if (!harmless) return cut(text, width, cutSign)
  const room = width - harmlessWord.length - 2
  return `${pad(cut(text, room, cutSign), room)}  ${harmlessWord}`
}

function signOf({ level }: LogLine, { warningSign, failedSign }: LogRowsOptions): string {
  if (level === 'warning') return `${warningSign} `
  return level === 'error' || level === 'critical' ? `${failedSign} ` : ''
}

/** The line as it was written, in as many rows as it needs. */
function wholeTexts(line: LogLine, harmless: string | null, width: number): string[] {
  const text = printableLine(line.text)
  const lines = widthOf(text) <= width ? [text] : wrap(text, width)
  return harmless === null ? lines : [...lines, ...wrap(`(${harmlessWord}: ${harmless})`, width)]
}

/** Every sign that the screens use, each one column wide. */
export type Signs = {
  /** The step or row where the operator is. */
  readonly here: string
  readonly waiting: string
  readonly running: string
  readonly done: string
  readonly failed: string
  readonly warning: string
  readonly note: string
  readonly skipped: string
  /** In front of the row that the cursor is on. */
  readonly cursor: string
  readonly arrow: string
  /** The end of text that was cut. */
  readonly cut: string
  readonly separator: string
  readonly rule: string
  readonly bar: string
  readonly up: string
  readonly down: string
  readonly left: string
  readonly right: string
  /** Fillings of a segmented bar, from solid to empty. */
  readonly fills: readonly [string, string, string, string, string]
  /** What does not fit any more. */
  readonly over: string
}

const unicodeSigns: Signs = {
  here: '●',
  waiting: '○',
  running: '▸',
  done: '✓',
  failed: '✗',
  warning: '!',
  note: '·',
  skipped: '-',
  cursor: '›',
  arrow: '→',
  cut: '…',
  separator: '·',
  rule: '─',
  bar: '│',
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  fills: ['█', '▓', '▒', '░', '·'],
  over: '!',
}

const asciiSigns: Signs = {
  here: '*',
  waiting: 'o',
  running: '>',
  done: '+',
  failed: 'x',
  warning: '!',
  note: '-',
  skipped: '-',
  cursor: '>',
  arrow: '>',
  cut: '~',
  separator: '-',
  rule: '-',
  bar: '|',
  up: '^',
  down: 'v',
  left: '<',
  right: '>',
  fills: ['#', '=', '+', '-', '.'],
  over: '!',
}

/** The signs for a terminal that shows Unicode, or their ASCII twins. */
export function signsOf(unicode: boolean): Signs {
  return unicode ? unicodeSigns : asciiSigns
}

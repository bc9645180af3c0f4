/** One thing that a key can do, as the footer and the help panel tell it. */
export type Command = {
  /** Names of keys as `keyPressesOf` gives them: a character (`e`, `?`) or `enter`, `escape`, `up`, `page-down`, `ctrl-c`, ... */
  readonly keys: readonly string[]
  /** One or two words for the footer; empty: only the help panel tells about it. */
  readonly label: string
  /** One sentence for the help panel. */
  readonly help: string
  /** Gives way to the others in the footer. */
  readonly minor?: boolean
}

/** The one table of keys. A key means the same on every screen that has it. */
export const commands = {
  continue: { keys: ['enter'], label: 'continue', help: 'Take the answer and go on to the next step.' },
  choose: { keys: ['enter'], label: 'choose', help: 'Take the row under the cursor.' },
  back: { keys: ['escape'], label: 'back', help: 'Go back to the step before; answers are kept.' },
  close: { keys: ['escape'], label: 'close', help: 'Close this panel.' },
  cancel: { keys: ['escape'], label: 'cancel', help: 'Leave the field as it was.' },
  apply: { keys: ['enter'], label: 'apply', help: 'Take what was typed.' },
  up: { keys: ['up', 'k'], label: '', help: 'Move up one row.' },
  down: { keys: ['down', 'j'], label: '', help: 'Move down one row.' },
  pageUp: { keys: ['page-up', 'ctrl-b'], label: '', help: 'Move up one page.' },
  pageDown: { keys: ['page-down', 'ctrl-f'], label: '', help: 'Move down one page.' },
  first: { keys: ['home', 'g'], label: '', help: 'Go to the first line.' },
  last: { keys: ['end', 'G'], label: '', help: 'Go to the last line.' },
  lower: { keys: ['left', 'h'], label: '', help: 'Take the choice before.' },
  higher: { keys: ['right', 'l'], label: '', help: 'Take the choice after.' },
  change: { keys: ['enter', 'space'], label: 'change', help: 'Change the value of this row.' },
  settings: { keys: ['tab'], label: 'settings', help: 'Go to the settings, and back to the list.' },
  evidence: { keys: ['e'], label: 'evidence', help: 'Show where each number comes from.' },
  override: { keys: ['o'], label: 'override', help: 'Correct what was detected.' },
  askNetwork: {
    keys: ['a'],
    label: 'ask network',
    help: 'Ask package indexes, hubs and registries whether they answer; it says first which.',
    minor: true,
  },
  machine: { keys: ['m'], label: 'machine', help: 'Show this machine, with the evidence.' },
  readAgain: { keys: ['r'], label: 'read again', help: 'Read the machine again.' },
  save: { keys: ['s'], label: 'save', help: 'Save this to a file.' },
  retry: { keys: ['r'], label: 'retry', help: 'Try the failed action again.' },
  edit: { keys: ['e'], label: 'edit', help: 'Change the answers that this comes from.' },
  undo: { keys: ['u'], label: 'undo', help: 'Take back what was done.' },
  pause: { keys: ['p'], label: 'pause', help: 'Let what runs come to its end, and begin nothing more.' },
  keep: { keys: ['a'], label: 'keep', help: 'Keep the engine running after its test, or stop it.' },
  goOn: { keys: ['r'], label: 'go on', help: 'Go on where the run was stopped.' },
  stop: { keys: ['x'], label: 'stop', help: 'End what runs now; what is done stays.' },
  leave: { keys: ['d'], label: 'leave', help: 'Leave this screen; the run goes on, and rigup attaches to it again.' },
  openLog: { keys: ['enter'], label: 'log', help: 'Show the log of the action under the cursor.' },
  showLog: { keys: ['l'], label: '', help: 'Show the log of the action under the cursor.' },
  seeLine: { keys: ['l'], label: 'see line', help: 'Show the line of the log that this was read from.' },
  copy: { keys: ['c'], label: 'copy', help: 'Copy to the clipboard of your terminal.' },
  follow: { keys: ['f'], label: 'follow', help: 'Follow the end of the log.', minor: true },
  search: { keys: ['/'], label: 'search', help: 'Search in the log.', minor: true },
  nextMatch: { keys: ['n'], label: '', help: 'Go to the next match.' },
  previousMatch: { keys: ['N'], label: '', help: 'Go to the match before.' },
  jump: { keys: [':'], label: '', help: 'Go to a line by its number.' },
  wholeLines: { keys: ['w'], label: '', help: 'Show long lines whole, or cut.' },
  redraw: { keys: ['ctrl-l'], label: '', help: 'Draw the screen again.' },
  interrupt: { keys: ['ctrl-c'], label: '', help: 'Twice: leave rigup. What runs in the background goes on.' },
  help: { keys: ['?'], label: 'help', help: 'Show or hide this help.' },
  quit: { keys: ['q'], label: 'quit', help: 'Leave rigup. What runs in the background goes on.' },
} as const satisfies Record<string, Command>

/** A command and what it does here. */
export type Binding = Command & {
  readonly run: () => void
  /** Works even while a dialog has all other keys. */
  readonly always?: boolean | undefined
}

/** A command from the table bound to an effect; `changes` says it in words that fit this screen better. */
export function bind(
  command: Command,
  run: () => void,
  changes: Partial<Pick<Binding, 'label' | 'help' | 'keys' | 'always'>> = {},
): Binding {
  return { ...command, ...changes, run }
}

const keyLabels: Readonly<Record<string, string>> = {
  escape: 'esc',
  'page-up': 'pgup',
  'page-down': 'pgdn',
}

/** A key as the footer writes it: `enter`, `esc`, `ctrl-c`, `e`. */
export function keyLabel(key: string): string {
  return keyLabels[key] ?? key
}

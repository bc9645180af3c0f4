import { fileURLToPath } from 'node:url'
import { type IPty, spawn } from '@lydell/node-pty'
import xterm from '@xterm/headless'
import { keyBytes } from './key-bytes.ts'

export type TerminalOptions = {
  readonly columns?: number
  readonly rows?: number
  /** Added to the environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
}

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url))

/** A program in a real pseudo-terminal, and the screen that an operator would see. */
export class TestTerminal {
  /** Exit code, or 128 + signal, as a shell says it. */
  readonly exited: Promise<number>
  /** Everything that the program wrote, escape sequences and all. */
  output = ''
  readonly #process: IPty
  readonly #screen: xterm.Terminal
  readonly #changes = new Set<() => unknown>()

  constructor(
    argv: readonly [string, ...string[]],
    { columns = 80, rows = 24, env = {}, cwd = projectRoot }: TerminalOptions = {},
  ) {
    const [file, ...args] = argv
    this.#screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1000 })
    const environment = {
      ...process.env,
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      CI: undefined,
      FORCE_COLOR: undefined,
      ...env,
    }
    const defined = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined)
    this.#process = spawn(file, args, {
      cols: columns,
      rows,
      cwd,
      env: Object.fromEntries(defined),
      name: environment.TERM ?? '',
    })
    this.#process.onData((data) => {
      this.output += data
      this.#screen.write(data, () => this.#changed())
    })
    // Answers to what the program asks the terminal.
    this.#screen.onData((data) => this.#process.write(data))
    this.exited = new Promise((resolve) => {
      this.#process.onExit(({ exitCode, signal }) => resolve(signal ? 128 + signal : exitCode))
    })
  }

  get pid(): number {
    return this.#process.pid
  }

  /** `alternate` while the program has the screen to itself. */
  get buffer(): 'normal' | 'alternate' {
    return this.#screen.buffer.active.type
  }

  get isCursorShown(): boolean {
    // The last word of the program counts: the emulator does not tell.
    return this.output.lastIndexOf('\u001b[?25h') >= this.output.lastIndexOf('\u001b[?25l')
  }

  /** The lines that can be seen, without the space at their ends. */
  lines(): string[] {
    const { active } = this.#screen.buffer
    return Array.from({ length: this.#screen.rows }, (_, row) =>
      (active.getLine(active.baseY + row)?.translateToString(true, 0, this.#screen.cols) ?? '').trimEnd(),
    )
  }

  /** What can be seen, as one text. */
  screen(): string {
    return this.lines().join('\n').trimEnd()
  }

  /** Waits until the screen matches; fails with the screen as it is after `milliseconds`. */
  async waitFor(wanted: RegExp | string | ((screen: string) => boolean), milliseconds = 10_000): Promise<string> {
    const matches = (screen: string) =>
      typeof wanted === 'function'
        ? wanted(screen)
        : typeof wanted === 'string'
          ? screen.includes(wanted)
          : wanted.test(screen)
    if (matches(this.screen())) return this.screen()
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const check = () => {
      const isThere = matches(this.screen())
      if (isThere) resolve(this.screen())
      return isThere
    }
    const timer = setTimeout(() => {
      reject(new Error(`The screen never showed ${String(wanted)}. It shows:\n${this.screen()}`))
    }, milliseconds)
    this.#changes.add(check)
    void this.exited.then(async () => {
      await this.drawn()
      if (!check()) reject(new Error(`The program ended. The screen:\n${this.screen()}`))
    })
    return promise.finally(() => {
      clearTimeout(timer)
      this.#changes.delete(check)
    })
  }

  /** Waits for raw output; for measuring, without the cost of drawing it. */
  async wrote(wanted: (output: string) => boolean): Promise<void> {
    if (wanted(this.output)) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const listener = this.#process.onData(() => wanted(this.output) && resolve())
    await promise
    listener.dispose()
  }

  /** Presses keys by name (`enter`, `down`, `ctrl-c`), or types the text as it is. */
  press(...names: string[]): void {
    for (const name of names) this.#process.write(keyBytes[name] ?? name)
  }

  /** Writes on the screen behind the program's back, as `wall` does. */
  scribble(text: string): void {
    this.#screen.write(text, () => this.#changed())
  }

  /** Resolves once everything that was written is on the screen. */
  drawn(): Promise<void> {
    return new Promise((resolve) => this.#screen.write('', resolve))
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows)
    this.#process.resize(columns, rows)
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    this.#process.kill(signal)
  }

  /** Ends the program where it still runs. */
  async close(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.exited
  }

  #changed(): void {
    for (const check of this.#changes) check()
  }
}

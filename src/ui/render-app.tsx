import { render } from 'ink'
import type { ReactNode } from 'react'
import type { Environment } from '../core/directories.ts'
import { Problem } from '../core/problem.ts'
import { asciiStream } from './ascii-stream.ts'
import { TerminalProvider } from './context.tsx'
import { KeysProvider } from './keys/keys-provider.tsx'
import { RootKeys } from './root-keys.tsx'
import { terminalOf } from './terminal.ts'

export type RenderAppOptions = {
  readonly environment?: Environment
  readonly stdin?: NodeJS.ReadStream
  readonly stdout?: NodeJS.WriteStream
  /** The command that does the same without a terminal; told where there is none. */
  readonly without?: string
  /** Lines that stay in the shell after the screen is gone, from what the app ended with. */
  readonly summary?: (result: unknown) => readonly string[]
}

const homeAndErase = '\u001b[H\u001b[2J'

/**
 * Runs a full-screen app until it calls `useApp().exit(result)`, and gives that result. Inside are the terminal's abilities,
 * the keyboard (`useKeys`) and `useHandover` for programs that need the terminal, such as sudo.
 *
 * The app gets the alternate screen, which leaves no trace; with a screen reader it writes line by line instead. However it
 * ends, the terminal is as it was before: by a result, by an error (thrown here again), by SIGTERM or SIGHUP.
 *
 * @throws Problem (`unanswered`) where there is no terminal to ask in.
 */
export async function renderApp(app: ReactNode, options: RenderAppOptions = {}): Promise<unknown> {
  const { environment = process.env, stdin = process.stdin, stdout = process.stdout } = options
  const terminal = terminalOf(environment, stdout)
  requireTerminal(stdin, stdout, terminal.dumb, options.without)
  const redraw = () => {
    stdout.write(homeAndErase)
    instance.clear()
    instance.rerender(tree(app))
  }
  const tree = (children: ReactNode) => (
    <TerminalProvider terminal={terminal}>
      <KeysProvider>
        {children}
        <RootKeys redraw={redraw} />
      </KeysProvider>
    </TerminalProvider>
  )
  const instance = render(tree(app), {
    stdin,
    stdout: terminal.unicode ? stdout : asciiStream(stdout),
    exitOnCtrlC: false,
    patchConsole: true,
    interactive: true,
    alternateScreen: !terminal.screenReader,
    incrementalRendering: true,
    // Data is paced where it comes in; a lower limit here would only hold back what keys change.
    maxFps: 120,
    isScreenReaderEnabled: terminal.screenReader,
  })
  const result = await untilExit(instance, stdout)
  const summary = options.summary?.(result) ?? []
  if (summary.length > 0) stdout.write(`${summary.join('\n')}\n`)
  return result
}

function requireTerminal(
  stdin: NodeJS.ReadStream,
  stdout: NodeJS.WriteStream,
  dumb: boolean,
  without: string | undefined,
): void {
  const next = without ?? 'run it in a terminal'
  if (!stdin.isTTY) {
    throw new Problem({ what: 'There is nobody to ask: standard input is no terminal.', next, exit: 'unanswered' })
  }
  if (!stdout.isTTY) {
    throw new Problem({ what: 'There is nobody to ask: standard output is no terminal.', next, exit: 'unanswered' })
  }
  if (dumb) {
    throw new Problem({
      what: 'This terminal cannot show a full screen (TERM=dumb).',
      next: `${next}; or set TERM to the name of your terminal`,
      exit: 'unanswered',
    })
  }
}

async function untilExit(instance: ReturnType<typeof render>, stdout: NodeJS.WriteStream): Promise<unknown> {
  // Without this, Node.js would print the error on the alternate screen, where it is gone at once.
  const failed = Promise.withResolvers<never>()
  const onError = (error: unknown) => failed.reject(error)
  process.on('uncaughtException', onError)
  stdout.on('error', onError)
  try {
    return await Promise.race([instance.waitUntilExit(), failed.promise])
  } finally {
    instance.unmount()
    process.off('uncaughtException', onError)
    stdout.off('error', onError)
  }
}

import { render } from 'ink-testing-library'
import type { ReactNode } from 'react'
import { expect, vi } from 'vitest'
import { TerminalProvider } from '#src/ui/context.tsx'
import { KeysProvider } from '#src/ui/keys/keys-provider.tsx'
import type { Terminal } from '#src/ui/terminal.ts'
import { keyBytes } from './key-bytes.ts'

const plain: Terminal = { colourDepth: 0, unicode: true, screenReader: false, dumb: false }

/** A component on a screen of 100 columns, with a keyboard. */
export function show(node: ReactNode, terminal: Partial<Terminal> = {}) {
  const tree = (children: ReactNode) => (
    <TerminalProvider terminal={{ ...plain, ...terminal }}>
      <KeysProvider>{children}</KeysProvider>
    </TerminalProvider>
  )
  const { lastFrame, rerender, stdin, unmount } = render(tree(node))
  return {
    /** What the screen shows now. */
    frame: () => lastFrame() ?? '',
    /** The lines of it, without the space at their ends. */
    lines: () => (lastFrame() ?? '').split('\n').map((line) => line.trimEnd()),
    /** Presses keys by name, or types text; all in one read, as a fast hand or a script does. */
    async press(...names: string[]) {
      await vi.waitFor(() => expect(stdin.listenerCount('readable')).toBeGreaterThan(0))
      stdin.write(names.map((name) => keyBytes[name] ?? name).join(''))
    },
    shows: (text: string | RegExp) =>
      vi.waitFor(() =>
        typeof text === 'string' ? expect(lastFrame()).toContain(text) : expect(lastFrame()).toMatch(text),
      ),
    rerender: (next: ReactNode) => rerender(tree(next)),
    unmount,
  }
}

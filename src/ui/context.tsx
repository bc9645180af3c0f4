import { createContext, type ReactNode, useContext, useMemo } from 'react'
import { type Signs, signsOf } from './signs.ts'
import type { Terminal } from './terminal.ts'
import { type Theme, themeOf } from './theme.ts'

type Look = { readonly terminal: Terminal; readonly theme: Theme; readonly signs: Signs }

function lookOf(terminal: Terminal): Look {
  return { terminal, theme: themeOf(terminal), signs: signsOf(terminal.unicode) }
}

const LookContext = createContext<Look>(lookOf({ colourDepth: 0, unicode: true, screenReader: false, dumb: false }))

/** Tells everything below what the terminal can show. */
export function TerminalProvider({ terminal, children }: { terminal: Terminal; children?: ReactNode }) {
  const look = useMemo(() => lookOf(terminal), [terminal])
  return <LookContext value={look}>{children}</LookContext>
}

export function useTerminal(): Terminal {
  return useContext(LookContext).terminal
}

export function useTheme(): Theme {
  return useContext(LookContext).theme
}

export function useSigns(): Signs {
  return useContext(LookContext).signs
}

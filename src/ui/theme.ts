import type { Terminal } from './terminal.ts'

/** How one kind of text looks: properties for Ink's `<Text>`. */
export type Style = {
  readonly color?: string
  readonly bold?: boolean
  readonly dimColor?: boolean
  readonly inverse?: boolean
}

/** The looks of a screen. Colour never stands alone: a word or a sign beside it says the same. */
export type Theme = {
  /** The one accent: where the operator is, keys, titles. */
  readonly accent: Style
  readonly strong: Style
  readonly ok: Style
  readonly warn: Style
  readonly fail: Style
  /** Secondary text. */
  readonly dim: Style
  /** A place found in text: a match, a line jumped to. */
  readonly found: Style
}

/** ANSI's named colours, so that the operator's own palette decides; attributes only where there is no colour. */
export function themeOf(terminal: Pick<Terminal, 'colourDepth' | 'dumb'>): Theme {
  if (terminal.dumb) return { accent: {}, strong: {}, ok: {}, warn: {}, fail: {}, dim: {}, found: {} }
  if (terminal.colourDepth === 0) {
    return {
      accent: { bold: true },
      strong: { bold: true },
      ok: {},
      warn: { bold: true },
      fail: { bold: true },
      dim: { dimColor: true },
      found: { inverse: true },
    }
  }
  return {
    accent: { color: 'cyan' },
    strong: { bold: true },
    ok: { color: 'green' },
    warn: { color: 'yellow' },
    fail: { color: 'red' },
    dim: { dimColor: true },
    found: { inverse: true },
  }
}

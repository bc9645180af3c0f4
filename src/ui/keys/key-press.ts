import type { Key } from 'ink'

/** One key: its name in the key table, and the text that it types (empty for keys that type nothing). */
export type KeyPress = { readonly name: string; readonly text: string }

const special = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'page-up'],
  ['pageDown', 'page-down'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
] as const satisfies readonly (readonly [keyof Key, string])[]

const controlNames: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u0008': 'backspace',
  '\u007f': 'backspace',
  '\u001b': 'escape',
}

/**
 * The keys of one report of Ink's `useInput`. What was typed fast arrives as one string (`"jj\r"` is three keys), so it is
 * taken apart here; keys that Ink names are one report each.
 */
export function keyPressesOf(input: string, key: Partial<Key>): KeyPress[] {
  if (key.eventType === 'release') return []
  for (const [flag, name] of special) {
    if (key[flag]) return [{ name, text: '' }]
  }
  if (key.tab) return [{ name: key.shift ? 'shift-tab' : 'tab', text: '' }]
  if (key.ctrl) return input === '' ? [] : [{ name: `ctrl-${input === ' ' ? 'space' : input}`, text: '' }]
  // Alt with a letter is no key of the table, and not text either.
  if (key.meta || key.super || key.hyper) return []
  return Array.from(input, keyPressOf).filter((press) => press !== null)
}

function keyPressOf(character: string): KeyPress | null {
  const name = controlNames[character]
  if (name) return { name, text: '' }
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return { name: `ctrl-${String.fromCharCode(code + 0x60)}`, text: '' }
  if (code >= 0x80 && code < 0xa0) return null
  return { name: character === ' ' ? 'space' : character, text: character }
}

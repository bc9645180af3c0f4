import { stripVTControlCharacters } from 'node:util'

// C0 but tab and newline, DEL, C1, and the characters that reorder or hide text (bidirectional marks, zero-width).
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** Makes text from outside (logs, recipes, tools) safe to show: no escape sequences, no control or reordering characters. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(unprintable, '')
}

/** Like `printable`, on one line: line breaks and tabs become spaces. */
export function printableLine(text: string): string {
  return printable(text.replace(/[\r\n\t]+/g, ' '))
}

import stringWidth from 'string-width'

const ascii = /^[\x20-\x7e]*$/
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Columns that text takes in a terminal; wide characters (CJK, emoji) take two. */
export function widthOf(text: string): number {
  return ascii.test(text) ? text.length : stringWidth(text)
}

/** What a reader sees as one character each. */
export function* charactersOf(text: string): Generator<string> {
  if (ascii.test(text)) yield* text
  else for (const { segment } of graphemes.segment(text)) yield segment
}

/** The first `columns` columns of text, without half of a wide character. */
export function clip(text: string, columns: number): string {
  if (columns <= 0) return ''
  if (ascii.test(text)) return text.slice(0, columns)
  let result = ''
  let width = 0
  for (const character of charactersOf(text)) {
    width += stringWidth(character)
    if (width > columns) break
    result += character
  }
  return result
}

/** Text in at most `columns` columns; `sign` (one column) ends it where it was cut. */
export function cut(text: string, columns: number, sign: string): string {
  if (columns <= 0) return ''
  return widthOf(text) <= columns ? text : clip(text, columns - 1) + sign
}

/** Text filled with spaces to `columns` columns; longer text stays as it is. */
export function pad(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, columns - widthOf(text)))
  return align === 'left' ? text + space : space + text
}

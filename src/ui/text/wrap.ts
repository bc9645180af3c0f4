import { charactersOf, widthOf } from './width.ts'

/**
 * Text as lines of at most `columns` columns: broken at spaces, and within a word only where the word is longer than a line.
 * Line breaks in the text stay; an empty line stays empty.
 */
export function wrap(text: string, columns: number): string[] {
  const width = Math.max(1, columns)
  return text.split('\n').flatMap((paragraph) => wrapParagraph(paragraph, width))
}

function wrapParagraph(paragraph: string, columns: number): string[] {
  // The indent of a list or a code line is kept on its first line.
  const indent = /^ */.exec(paragraph)?.[0] ?? ''
  const lines: string[] = []
  let line = indent.length < columns ? indent : ''
  let isEmpty = true
  for (const word of paragraph.trim().split(/ +/)) {
    const candidate = isEmpty ? line + word : `${line} ${word}`
    if (widthOf(candidate) <= columns) {
      line = candidate
    } else {
      if (!isEmpty) lines.push(line)
      const pieces = pieceWord(isEmpty ? line + word : word, columns)
      lines.push(...pieces.slice(0, -1))
      line = pieces.at(-1) ?? ''
    }
    isEmpty = false
  }
  lines.push(line.trimEnd())
  return lines
}

function pieceWord(word: string, columns: number): string[] {
  const pieces: string[] = []
  let piece = ''
  let width = 0
  for (const character of charactersOf(word)) {
    const wide = widthOf(character)
    if (width + wide > columns && piece !== '') {
      pieces.push(piece)
      piece = ''
      width = 0
    }
    piece += character
    width += wide
  }
  return [...pieces, piece]
}

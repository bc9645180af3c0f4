import { charactersOf, widthOf } from './width.ts'

/**
 * Text as lines of at most `columns` columns: broken at spaces, and within a word only where the word is longer than a line.
 * Line breaks in the text stay; an empty line stays empty; what goes on from an indented line stands two columns further in.
 */
export function wrap(text: string, columns: number): string[] {
  const width = Math.max(1, columns)
  return text.split('\n').flatMap((paragraph) => wrapParagraph(paragraph, width))
}

function wrapParagraph(paragraph: string, columns: number): string[] {
  const indent = /^ */.exec(paragraph)?.[0] ?? ''
  // Where the indent leaves little room, it is given up.
  const further = indent !== '' && indent.length + 2 <= columns / 2 ? `${indent}  ` : ''
  const lines: string[] = []
  let line = indent.length < columns ? indent : ''
  let isEmpty = true
  for (const word of paragraph.trim().split(/ +/)) {
    const candidate = isEmpty ? line + word : `${line} ${word}`
    if (widthOf(candidate) <= columns) {
      line = candidate
    } else {
      if (!isEmpty) lines.push(line)
      const pieces = pieceWord(isEmpty ? line : further, word, further, columns)
      lines.push(...pieces.slice(0, -1))
      line = pieces.at(-1) ?? ''
    }
    isEmpty = false
  }
  lines.push(line.trimEnd())
  return lines
}

/** A word after `start`, in pieces where it is too wide; each further piece begins with `further`. */
function pieceWord(start: string, word: string, further: string, columns: number): string[] {
  const pieces: string[] = []
  let piece = start
  let width = widthOf(start)
  for (const character of charactersOf(word)) {
    const wide = widthOf(character)
    if (width + wide > columns && piece !== '') {
      pieces.push(piece)
      piece = further
      width = widthOf(further)
    }
    piece += character
    width += wide
  }
  return [...pieces, piece]
}

import type { LineBuffer } from './line-buffer.ts'

/**
 * The position of the next line with `query` in it, from `from` on in one direction and then around; null where no line has it.
 * Small letters find capital ones too; a query with a capital letter means it.
 */
export function findLine(buffer: LineBuffer, query: string, from: number, direction: 1 | -1): number | null {
  if (query === '' || buffer.size === 0) return null
  const exact = query !== query.toLowerCase()
  for (let step = 0; step < buffer.size; step += 1) {
    const position = buffer.first + modulo(from - buffer.first + step * direction, buffer.size)
    const text = buffer.at(position)?.text ?? ''
    if ((exact ? text : text.toLowerCase()).includes(query)) return position
  }
  return null
}

function modulo(value: number, size: number): number {
  return ((value % size) + size) % size
}

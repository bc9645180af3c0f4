/** The cells of a line by the heading that they stand under; a cell that is empty is absent. */
export type Row = { readonly line: string; readonly cells: ReadonlyMap<string, string> }

type Column = { readonly name: string; readonly from: number; readonly to: number }

/**
 * Reads a table of util-linux below its heading. Cells stand under their heading, to the left or to the right; words between two
 * headings go on with the cell before them (`/mnt/My Disk`). Where the heading has single blanks (`--raw`), cells do not stand under
 * anything and are divided by single blanks too.
 */
export function readColumns(lines: readonly string[], heading: number): Row[] {
  const head = lines[heading] ?? ''
  const columns = wordsOf(head).map(({ text, from, to }) => ({ name: text, from, to }))
  const raw = columns.length > 1 && !/\S\s{2,}\S/.test(head)
  return lines.slice(heading + 1).flatMap((line) => {
    if (line.trim() === '') return []
    return [{ line, cells: raw ? rawCells(line, columns) : cellsUnder(line, columns) }]
  })
}

function wordsOf(line: string): { text: string; from: number; to: number }[] {
  return [...line.matchAll(/\S+/g)].map((match) => ({
    text: match[0],
    from: match.index,
    to: match.index + match[0].length,
  }))
}

function cellsUnder(line: string, columns: readonly Column[]): Map<string, string> {
  const cells = new Map<string, string>()
  for (const word of wordsOf(line)) {
    const under = columns.find((column) => word.from < column.to && word.to > column.from)
    const { name } = under ?? columns.findLast((column) => column.from <= word.from) ?? { name: '' }
    const before = cells.get(name)
    cells.set(name, before === undefined ? word.text : `${before} ${word.text}`)
  }
  return cells
}

function rawCells(line: string, columns: readonly Column[]): Map<string, string> {
  const cells = line.split(' ')
  return new Map(
    columns.flatMap(({ name }, position) => {
      const cell = unescapeHex(cells[position] ?? '')
      return cell === '' ? [] : [[name, cell] as const]
    }),
  )
}

/** Reads rows of `NAME="value"` pairs (`-P`); lines without such pairs are left out. */
export function readPairs(lines: readonly string[]): Row[] {
  return lines.flatMap((line) => {
    const pairs = [...line.matchAll(/([A-Z][A-Z0-9:%_-]*)="([^"]*)"/g)]
    const cells = pairs.map((match) => [match[1] ?? '', unescapeHex(match[2] ?? '').trim()] as const)
    return cells.length === 0 ? [] : [{ line, cells: new Map(cells.filter(([, cell]) => cell !== '')) }]
  })
}

/** util-linux writes blanks and the like as `\x20` where they would divide. */
function unescapeHex(text: string): string {
  return text.replace(/\\x([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

/** A name without the lines that draw the tree before it. */
export function withoutBranches(text: string): string {
  return text.replace(/^[\s│├└─|`-]+(?=[^\s│├└─|`-]|$)/, '')
}

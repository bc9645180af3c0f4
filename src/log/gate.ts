/**
 * Tells, byte by byte, whether a line contains one of many literals (Aho-Corasick): an automaton as one flat table, so that
 * lines without any of them are passed over without being decoded. ASCII letters match in either case.
 */
export type Gate = {
  /** The column of each byte value in the table. */
  readonly columns: Uint8Array
  readonly width: number
  /** `next[state + column]` is the next state; states are multiples of `width`. */
  readonly next: Uint32Array
  /** States from here on mean: a literal ends here. */
  readonly acceptFrom: number
  /** The literals, by number, that end in each accepting state. */
  readonly ends: ReadonlyMap<number, readonly number[]>
}

/** Line feed, carriage return and escape stop the automaton too, so that a scan needs one comparison per byte. */
const stops = [[0x0a], [0x0d], [0x1b]] as const

type Node = { readonly children: Map<number, Node>; fail: Node | null; ends: number[]; state: number }

function node(): Node {
  return { children: new Map(), fail: null, ends: [], state: 0 }
}

const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte)

function columnsOf(words: readonly Uint8Array[]): { columns: Uint8Array; width: number } {
  const columns = new Uint8Array(256)
  let width = 1
  for (const word of words) {
    for (const byte of word) {
      if (columns[byte] === 0) columns[byte] = width++
    }
  }
  for (let byte = 0x41; byte <= 0x5a; byte += 1) columns[byte] = columns[byte + 0x20] ?? 0
  return { columns, width }
}

function trieOf(words: readonly Uint8Array[], columns: Uint8Array): Node {
  const root = node()
  words.forEach((word, number) => {
    let current = root
    for (const byte of word) {
      const column = columns[byte] ?? 0
      let child = current.children.get(column)
      if (!child) {
        child = node()
        current.children.set(column, child)
      }
      current = child
    }
    if (word.length > 0) current.ends.push(number)
  })
  return root
}

/** Breadth first: every node after the one it falls back to. */
function linkFailures(root: Node): Node[] {
  const order: Node[] = [root]
  for (const current of order) {
    for (const [column, child] of current.children) {
      let fallback = current.fail
      while (fallback && !fallback.children.has(column)) fallback = fallback.fail
      child.fail = fallback?.children.get(column) ?? root
      child.ends.push(...child.fail.ends)
      order.push(child)
    }
  }
  return order
}

/** Builds the automaton; empty literals never match. */
export function createGate(literals: readonly string[]): Gate {
  const encoder = new TextEncoder()
  const words = [
    ...literals.map((literal) => encoder.encode(literal).map(lower)),
    ...stops.map((stop) => Uint8Array.from(stop)),
  ]
  const { columns, width } = columnsOf(words)
  const order = linkFailures(trieOf(words, columns))
  const accepting = order.filter((each) => each.ends.length > 0)
  const numbered = [...order.filter((each) => each.ends.length === 0), ...accepting]
  numbered.forEach((each, index) => {
    each.state = index * width
  })
  const next = new Uint32Array(numbered.length * width)
  for (const each of order) {
    const { fail } = each
    if (fail) next.copyWithin(each.state, fail.state, fail.state + width)
    for (const [column, child] of each.children) next[each.state + column] = child.state
  }
  return {
    columns,
    width,
    next,
    acceptFrom: (numbered.length - accepting.length) * width,
    ends: new Map(accepting.map((each) => [each.state, each.ends])),
  }
}

/** The literals, by their number in the list that the gate was made of, that a text contains. */
export function literalsIn(gate: Gate, text: string): Set<number> {
  const { columns, next, acceptFrom, ends } = gate
  const found = new Set<number>()
  let state = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    state = code < 128 ? (next[state + (columns[code] ?? 0)] ?? 0) : 0
    if (state < acceptFrom) continue
    for (const number of ends.get(state) ?? []) found.add(number)
  }
  return found
}

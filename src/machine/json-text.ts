const deepest = 64
const mostTries = 200
/** Beginnings that never close, each of which is followed to the end of the text. */
const mostOpen = 8

/**
 * The JSON documents in a text, in their order: tools print warnings before them, shells a prompt after them, and a folder of
 * captures may hold several in one file. One that the end of the text cuts off is read as far as its last whole part.
 */
export function jsonDocuments(text: string): unknown[] {
  const documents: unknown[] = []
  const begin = /^[^\S\n]*[[{]/gm
  let open = 0
  for (let tries = 0; tries < mostTries && open < mostOpen; tries += 1) {
    const match = begin.exec(text)
    if (match === null) break
    const start = match.index + match[0].length - 1
    const { end, whole } = extent(text, start)
    const document = whole === null ? undefined : parsed(whole)
    // What begins like JSON and is none (`[root@node ~]#`) is passed over.
    if (document === undefined) {
      if (end === text.length) open += 1
      continue
    }
    documents.push(document)
    begin.lastIndex = end
  }
  return documents
}

/** The first JSON document in a text that is an object or a list; undefined where there is none. */
export function jsonDocument(text: string): unknown {
  return jsonDocuments(text)[0]
}

/** The rows of a JSON list of util-linux, children after their parents; null where there is no such JSON. */
export function jsonRows(text: string, name: string): Record<string, unknown>[] | null {
  const document = jsonDocument(text)
  if (!isObject(document)) return null
  const rows: Record<string, unknown>[] = []
  const walk = (entries: unknown, depth: number): void => {
    if (!Array.isArray(entries) || depth > 32) return
    for (const entry of entries) {
      if (!isObject(entry)) continue
      rows.push(entry)
      walk(entry.children, depth + 1)
    }
  }
  walk(document[name], 0)
  return rows
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Where the value that opens at `start` ends, and its text, closed where the end of the text cuts it off. */
function extent(text: string, start: number): { end: number; whole: string | null } {
  let closers = ''
  let inString = false
  let safe: { end: number; closers: string } | null = null
  for (let position = start; position < text.length; position += 1) {
    const sign = text[position]
    if (inString) {
      if (sign === '\\') position += 1
      else if (sign === '"') inString = false
    } else if (sign === '"') {
      inString = true
    } else if (sign === '{' || sign === '[') {
      if (closers.length >= deepest) return { end: position, whole: null }
      closers = `${sign === '{' ? '}' : ']'}${closers}`
    } else if (sign === '}' || sign === ']') {
      if (closers[0] !== sign) return { end: position, whole: null }
      closers = closers.slice(1)
      if (closers === '') return { end: position + 1, whole: text.slice(start, position + 1) }
      safe = { end: position + 1, closers }
    } else if (sign === ',') {
      safe = { end: position, closers }
    }
  }
  return { end: text.length, whole: safe === null ? null : text.slice(start, safe.end) + safe.closers }
}

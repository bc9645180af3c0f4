import { linesOf } from '../../lines.ts'
/** A line of `nvidia-smi -q` or an element of its XML: both print the same tree. */
export type ReportNode = {
  /** Lower case, words joined by underscores: `fb_memory_usage`. */
  readonly key: string
  readonly text: string | null
  readonly line: string
  readonly children: ReportNode[]
}

const depthLimit = 32

function node(key: string, text: string | null, line: string): ReportNode {
  return {
    key: key
      .trim()
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_|_$/g, ''),
    text,
    line,
    children: [],
  }
}

/** Reads the indented text of `nvidia-smi -q`. Whatever does not fit is kept as a leaf; nothing throws. */
export function readIndentedReport(text: string): ReportNode {
  const root = node('report', null, '')
  const open: { indent: number; node: ReportNode }[] = [{ indent: -1, node: root }]
  for (const line of linesOf(text)) {
    if (line.trim() === '') continue
    const indent = line.search(/\S/)
    // Keys have colons of their own (`GPU 00000000:01:00.0`); the one that divides has a space on both sides.
    const match = /^\s*(.*?\S)\s+:(?:\s(.*))?$/.exec(line)
    const added = match ? node(match[1] ?? '', (match[2] ?? '').trim(), line) : node(line, null, line)
    while (open.length > 1 && (open.at(-1)?.indent ?? -1) >= indent) open.pop()
    open.at(-1)?.node.children.push(added)
    if (open.length < depthLimit) open.push({ indent, node: added })
  }
  return root
}

const token = /<(\/?)([A-Za-z_][\w.-]{0,80})([^<>]{0,400}?)(\/?)>|([^<]+)|</g

/**
 * Reads the XML of `nvidia-smi -q -x`: elements and text, no attributes but `id`, no entities but the five of XML. A cut-off
 * document gives the tree up to where it ends.
 */
export function readXmlReport(text: string): ReportNode {
  const root = node('report', null, '')
  const open: { name: string; node: ReportNode }[] = [{ name: '', node: root }]
  for (const match of text.matchAll(token)) {
    const [whole, slash, name, attributes, selfClosing, plain] = match
    const top = open.at(-1)
    if (top === undefined) break
    if (plain !== undefined) {
      const words = unescapeXml(plain.trim())
      if (words !== '' && top.node.text === null) replaceText(top, words)
    } else if (name === undefined) {
      // A lone angle bracket.
    } else if (slash === '/') {
      const start = open.findLastIndex((entry) => entry.name === name)
      if (start > 0) open.length = start
    } else {
      const id = /\bid="([^"]*)"/.exec(attributes ?? '')?.[1] ?? null
      const added = node(name, id, whole)
      top.node.children.push(added)
      if (selfClosing !== '/' && open.length < depthLimit) open.push({ name, node: added })
    }
  }
  // The text of an element that the end of the document cuts off may be half of it.
  for (const entry of open.slice(1)) if (entry.node.children.length === 0) Object.assign(entry.node, { text: null })
  return root
}

function replaceText(entry: { name: string; node: ReportNode }, words: string): void {
  Object.assign(entry.node, { text: words, line: `<${entry.name}>${words}</${entry.name}>` })
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

function unescapeXml(text: string): string {
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name] ?? '')
}

/** The first node that one of the paths leads to: `at(gpu, 'pci/bus_id', 'pci/pci_bus_id')`. */
export function at(from: ReportNode, ...paths: string[]): ReportNode | undefined {
  for (const path of paths) {
    let here: ReportNode | undefined = from
    for (const key of path.split('/')) here = here?.children.find((child) => child.key === key)
    if (here) return here
  }
  return undefined
}

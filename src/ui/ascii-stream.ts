import stringWidth from 'string-width'

const twins: Readonly<Record<string, string>> = {
  '─': '-',
  '│': '|',
  '┌': '+',
  '┐': '+',
  '└': '+',
  '┘': '+',
  '●': '*',
  '○': 'o',
  '•': '*',
  '·': '.',
  '✓': '+',
  '✗': 'x',
  '▸': '>',
  '▶': '>',
  '›': '>',
  '→': '>',
  '←': '<',
  '↑': '^',
  '↓': 'v',
  '…': '~',
  '×': 'x',
  '–': '-',
  '—': '-',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '█': '#',
  '▓': '=',
  '▒': '+',
  '░': '-',
  '≥': '>',
  '≤': '<',
  '≈': '~',
  '°': 'o',
  '\u00a0': ' ',
  '\u202f': ' ',
}

/** Text in ASCII that takes exactly the same columns: signs become their twins, anything else becomes `?`. */
export function asciiTwinOf(text: string): string {
  return text.replace(/[^\x00-\x7f]/gu, (character) => {
    const twin = twins[character]
    if (twin !== undefined) return twin
    // The base letter of é, ü, ñ; combining marks take no column and vanish.
    const base = character.normalize('NFD').charAt(0)
    return base.charCodeAt(0) < 0x80 ? base : '?'.repeat(stringWidth(character))
  })
}

/** The same stream, but whatever text is written to it comes out as ASCII: words from outside may hold any character. */
export function asciiStream(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return new Proxy(stream, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target)
      if (property === 'write') {
        const write: typeof target.write = (chunk: string | Uint8Array, ...rest: never[]) =>
          target.write(typeof chunk === 'string' ? asciiTwinOf(chunk) : chunk, ...rest)
        return write
      }
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

import { charactersOf, widthOf } from './text/width.ts'

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
  return ascii.test(text) ? text : Array.from(charactersOf(text), asciiTwinOfCharacter).join('')
}

const ascii = /^[\x00-\x7f]*$/

function asciiTwinOfCharacter(character: string): string {
  if (ascii.test(character)) return character
  const twin = twins[character]
  if (twin !== undefined) return twin
  const width = widthOf(character)
  // The base letter of é, ü, ñ.
  const base = character.normalize('NFD').charAt(0)
  return width === 1 && ascii.test(base) ? base : '?'.repeat(width)
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

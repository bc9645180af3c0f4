import { shellQuote } from '../core/shell-quote.ts'

/** The texts and archives of a script: each becomes one function that prints it, however often it is used. */
export class ShellContents {
  readonly #names = new Map<string, string>()
  readonly #archives: ReadonlyMap<string, string>
  readonly #packed = new Map<string, string>()

  constructor(archives: ReadonlyMap<string, string>) {
    this.#archives = archives
  }

  /** Name of the function that prints this text. */
  text(content: string): string {
    const name = this.#names.get(content) ?? `content_${this.#names.size + 1}`
    this.#names.set(content, name)
    return name
  }

  /** Name of the function that prints the gzipped tar of that path; null where the script does not hold it. */
  archive(path: string): string | null {
    if (!this.#archives.has(path)) return null
    const name = this.#packed.get(path) ?? `archive_${this.#packed.size + 1}`
    this.#packed.set(path, name)
    return name
  }

  functions(): string[] {
    const texts = Array.from(this.#names, ([content, name]) => `${name}() {\n${printing(content)}\n}`)
    const archives = Array.from(this.#packed, ([path, name]) => {
      const lines = this.#archives.get(path)?.match(/.{1,120}/g) ?? []
      return `${name}() {\n  base64 -d <<'END_OF_ARCHIVE'\n${lines.join('\n')}\nEND_OF_ARCHIVE\n}`
    })
    return [...texts, ...archives]
  }
}

/** A here-document shows a text as it is, and must end with a line break; anything else is quoted. */
function printing(content: string): string {
  if (!content.endsWith('\n')) return `  printf '%s' ${shellQuote(content)}`
  let end = 'END_OF_FILE'
  while (content.split('\n').includes(end)) end += '_'
  return `  cat <<'${end}'\n${content}${end}`
}

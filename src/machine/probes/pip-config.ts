import { linesOf } from '../lines.ts'
/** Settings of pip that say where packages come from, by their long name: `index-url`, `extra-index-url`, `find-links`, `cert`. */
export type PipSettings = ReadonlyMap<string, { readonly value: string; readonly line: string }>

/** Reads `pip config list`: `global.index-url='https://…'`. The command's own sections come after `global`. */
export function readPipConfigList(text: string): PipSettings {
  const settings = new Map<string, { value: string; line: string }>()
  for (const line of linesOf(text)) {
    const match = /^(global|install|site|user|:env:)\.([\w-]+)=(.*)$/.exec(line)
    if (!match) continue
    settings.set(match[2] ?? '', { value: unquote(match[3] ?? ''), line })
  }
  return settings
}

/** Reads a file of pip's configuration (an INI file): the sections `global` and `install`, values over several lines. */
export function readPipFile(text: string): PipSettings {
  const settings = new Map<string, { value: string; line: string }>()
  let section = ''
  let last: string | null = null
  for (const line of linesOf(text)) {
    const heading = /^\[(.+)\]\s*$/.exec(line)
    const entry = /^([\w-]+)\s*[=:]\s*(.*)$/.exec(line)
    if (heading) {
      section = heading[1] ?? ''
      last = null
    } else if (/^\s*[#;]/.test(line) || !/^(global|install)$/.test(section)) {
      // A comment, or a section for another command.
    } else if (entry) {
      last = (entry[1] ?? '').replaceAll('_', '-')
      settings.set(last, { value: (entry[2] ?? '').trim(), line })
    } else if (last !== null && /^\s+\S/.test(line)) {
      const before = settings.get(last)
      settings.set(last, { value: `${before?.value ?? ''} ${line.trim()}`.trim(), line: before?.line ?? line })
    }
  }
  return settings
}

// pip prints Python's repr of the value.
function unquote(value: string): string {
  const match = /^(['"])(.*)\1$/s.exec(value.trim())
  return (match?.[2] ?? value.trim()).replaceAll('\\n', ' ').replace(/\\(['"\\])/g, '$1')
}

/** Several values of one setting: divided by blanks or line breaks. */
export function valuesOf(value: string | undefined): string[] {
  return (value ?? '').split(/\s+/).filter((part) => part !== '')
}

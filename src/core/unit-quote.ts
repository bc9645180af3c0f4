/**
 * Quotes one word for a command line of a systemd unit: `%` begins a specifier there, `$` a variable, and backslashes escape
 * (systemd.service(5), "Command lines").
 */
export function unitQuote(word: string): string {
  return unitSetting(word.replaceAll('$', '$$$$'))
}

/** Quotes one assignment for `Environment=` of a systemd unit, where `$` means nothing (systemd.exec(5)). */
export function unitSetting(text: string): string {
  if (/^[\w@+=:,./-]+$/.test(text)) return text
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('%', '%%')
  return `"${escaped}"`
}

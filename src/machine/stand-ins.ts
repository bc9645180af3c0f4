/** What is replaced before outputs are passed on, and how often. */
export type Replaced = ReadonlyMap<string, number>

type Kind =
  | 'UUID'
  | 'serial number'
  | 'hardware address'
  | 'host name'
  | 'user name'
  | 'network host'
  | 'network address'

/**
 * Replaces what tells one machine or person from another by stand-ins of the same form: the same thing gets the same stand-in in
 * every file, in the order of appearance, so that outputs still agree with each other and with themselves a year later.
 */
export function standIns(names: { readonly hosts: readonly string[]; readonly users: readonly string[] }): {
  readonly clean: (text: string) => string
  readonly replaced: () => Replaced
} {
  const known = new Map<string, string>()
  const counts = new Map<string, number>()

  const standIn = (kind: Kind, original: string, make: (number: number) => string): string => {
    const key = `${kind} ${original.toLowerCase()}`
    const before = known.get(key)
    if (before !== undefined) return before
    const number = (counts.get(kind) ?? 0) + 1
    counts.set(kind, number)
    const made = make(number)
    known.set(key, made)
    return made
  }

  // Digits where the original has digits, so that its form stays readable for parsers.
  const shaped = (original: string, number: number): string => {
    const digits = String(number)
    const places = [...original.matchAll(/[0-9a-z]/gi)].length
    const filled = digits.padStart(places, '0').slice(-places)
    let index = 0
    return original.replace(/[0-9a-z]/gi, () => filled[index++] ?? '0')
  }

  const clean = (text: string): string => {
    let result = text
      .replace(
        /\b(GPU-|MIG-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
        (uuid, prefix: string | undefined) => {
          const bare = uuid.slice(prefix?.length ?? 0)
          return `${prefix ?? ''}${standIn('UUID', bare, (number) => shaped(bare, number))}`
        },
      )
      .replace(
        /\bGPU-(?!0{8}-)([0-9a-f]{16})\b/gi,
        (_, id: string) => `GPU-${standIn('UUID', id, (number) => shaped(id, number))}`,
      )
      .replace(serials, (_, before: string, serial: string) =>
        empty.test(serial)
          ? `${before}${serial}`
          : `${before}${standIn('serial number', serial, (number) => shaped(serial, number))}`,
      )
      .replace(/\b(?:[0-9a-f]{2}[:-]){5}(?:[0-9a-f]{2}[:-]){0,2}[0-9a-f]{2}\b/gi, (address) =>
        standIn('hardware address', address, (number) => shaped(address, number)),
      )
      // `filer:/home`, `//filer/share`: the other machine of a network mount.
      .replace(
        /(^|[\s"])([\w][\w.-]*|\[[0-9a-f:]+\]):(?=\/)(?!\/\/)/gim,
        (_, before: string, host: string) =>
          `${before}${standIn('network host', host, (number) => `server-${number}`)}:`,
      )
      .replace(
        /(^|[\s"])\/\/([\w][\w.-]*)\//gm,
        (_, before: string, host: string) =>
          `${before}//${standIn('network host', host, (number) => `server-${number}`)}/`,
      )
    result = result.replace(
      /\b((?:mount|client)?addr|username|user|domain)=([^,"\s]+)/g,
      (_, option: string, value: string) =>
        `${option}=${standIn(option.endsWith('addr') ? 'network address' : 'user name', value, (number) => `${option.endsWith('addr') ? 'address' : 'user'}-${number}`)}`,
    )
    for (const host of names.hosts.filter(worthReplacing)) {
      result = result.replace(wholeWord(host), () => standIn('host name', host, (number) => `host-${number}`))
    }
    for (const user of names.users.filter(worthReplacing)) {
      result = result.replace(wholeWord(user), () => standIn('user name', user, (number) => `user-${number}`))
    }
    return result
  }
  return { clean, replaced: () => counts }
}

// The value of anything that is called a serial, a WWN or a unique id, in the ways of XML, JSON, CSV-like lists and text.
const serials =
  /((?:\bserial(?:[ _-]?number)?\b|\bwwn\b|\bunique[ _]id\b|\basic_serial\b|\bproduct_serial\b|\bpdi\b|chassis_serial_number)(?:<?\/?>|["']?\s*[:=]\s*["']?|\s+)(?:0x)?)([\w.-]{4,})/gi
const empty = /^(n\/?a|none|null|unknown|number|0+|not|requested)$/i

function worthReplacing(name: string): boolean {
  return name.length >= 3 && !/^(root|localhost|debian|ubuntu|linux|user|none|unknown)$/i.test(name)
}

function wholeWord(name: string): RegExp {
  return new RegExp(`(?<![\\w.-])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`, 'g')
}

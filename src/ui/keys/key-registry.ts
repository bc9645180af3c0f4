import type { Binding } from './commands.ts'
import type { KeyPress } from './key-press.ts'

/** Who is asked first for a key: dialogs, then the focused component, then the screen, then the frame around it. */
const keyLayers = ['dialog', 'component', 'screen', 'frame'] as const
export type KeyLayer = (typeof keyLayers)[number]

/** Keys of one part of the screen. */
export type KeyGroup = {
  readonly layer: KeyLayer
  readonly bindings: readonly Binding[]
  /** No other part gets keys, except bindings that work always. */
  readonly exclusive: boolean
  /** Takes characters that no binding of this group has, and pasted text. */
  readonly onText: ((text: string) => void) | undefined
}

/** The groups that are active now, and who gets a key. Holds no terminal and no React. */
export class KeyRegistry {
  #groups = new Map<object, KeyGroup>()
  #listeners = new Set<() => void>()
  #active: readonly KeyGroup[] = []

  /** Adds or changes the keys of an owner. */
  set(owner: object, group: KeyGroup): void {
    const before = this.#groups.get(owner)
    this.#groups.set(owner, group)
    this.#changed(before === undefined || !looksLike(before, group))
  }

  remove(owner: object): void {
    this.#changed(this.#groups.delete(owner))
  }

  /** Active groups in the order in which they are asked; the same array until something that can be seen changes. */
  readonly active = (): readonly KeyGroup[] => this.#active

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Gives the key to the first group that has it; true where one had it. */
  press(key: KeyPress): boolean {
    let onlyAlways = false
    for (const group of this.#ordered()) {
      const binding = group.bindings.find((entry) => entry.keys.includes(key.name) && (!onlyAlways || entry.always))
      if (binding) {
        binding.run()
        return true
      }
      if (!onlyAlways && group.onText && key.text !== '') {
        group.onText(key.text)
        return true
      }
      onlyAlways ||= group.exclusive
    }
    return false
  }

  /** Gives pasted text to the group that takes text; elsewhere it is dropped, so that a paste never presses keys. */
  paste(text: string): void {
    for (const group of this.#ordered()) {
      if (group.onText) {
        group.onText(text)
        return
      }
      if (group.exclusive) return
    }
  }

  /** By layer; within a layer the group that came last is asked first. */
  #ordered(): readonly KeyGroup[] {
    const latestFirst = [...this.#groups.values()].reverse()
    return keyLayers.flatMap((layer) => latestFirst.filter((group) => group.layer === layer))
  }

  #changed(visibly: boolean): void {
    if (!visibly) return
    this.#active = this.#ordered()
    for (const listener of this.#listeners) listener()
  }
}

function looksLike(a: KeyGroup, b: KeyGroup): boolean {
  return (
    a.layer === b.layer &&
    a.exclusive === b.exclusive &&
    a.bindings.length === b.bindings.length &&
    a.bindings.every((entry, index) => {
      const other = b.bindings[index]
      return entry.label === other?.label && entry.help === other.help && entry.keys.join() === other.keys.join()
    })
  )
}

/** Bindings that work now, without those that a dialog has taken the keys from; each key once. */
export function reachable(groups: readonly KeyGroup[]): Binding[] {
  const taken = new Set<string>()
  const result: Binding[] = []
  let onlyAlways = false
  for (const group of groups) {
    for (const entry of group.bindings) {
      if ((onlyAlways && !entry.always) || entry.keys.every((key) => taken.has(key))) continue
      for (const key of entry.keys) taken.add(key)
      result.push(entry)
    }
    onlyAlways ||= group.exclusive
  }
  return result
}

import { useInput, usePaste } from 'ink'
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react'
import { type KeyPress, keyPressesOf } from './key-press.ts'
import { type KeyGroup, KeyRegistry } from './key-registry.ts'

const RegistryContext = createContext(new KeyRegistry())

/** Reads the keyboard for everything below; once, at the root. */
export function KeysProvider({ children }: { children?: ReactNode }) {
  const [registry] = useState(() => new KeyRegistry())
  const [queue] = useState(() => new PressQueue((key) => registry.press(key)))
  useInput((input, key) => queue.add(keyPressesOf(input, key)))
  usePaste((text) => registry.paste(text))
  useEffect(() => () => queue.clear(), [queue])
  return <RegistryContext value={registry}>{children}</RegistryContext>
}

export function useKeyRegistry(): KeyRegistry {
  return useContext(RegistryContext)
}

/** The key groups that are active now. */
export function useActiveKeys(): readonly KeyGroup[] {
  const registry = useKeyRegistry()
  return useSyncExternalStore(registry.subscribe, registry.active)
}

/**
 * Handles one key a turn of the event loop, so that each key meets the screen that the key before it made: `j` and `enter`
 * that arrive together choose the row below, not the row that was there.
 */
class PressQueue {
  #waiting: KeyPress[] = []
  #timer: NodeJS.Immediate | undefined
  readonly #press: (key: KeyPress) => void

  constructor(press: (key: KeyPress) => void) {
    this.#press = press
  }

  add(keys: readonly KeyPress[]): void {
    this.#waiting.push(...keys)
    if (this.#timer === undefined) this.#next()
  }

  clear(): void {
    clearImmediate(this.#timer)
    this.#waiting = []
  }

  #next(): void {
    this.#timer = undefined
    const key = this.#waiting.shift()
    if (key === undefined) return
    this.#timer = setImmediate(() => this.#next())
    this.#press(key)
  }
}

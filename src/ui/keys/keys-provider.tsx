import { useInput, usePaste } from 'ink'
import {
  createContext,
  type ReactNode,
  useContext,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { type KeyPress, keyPressesOf } from './key-press.ts'
import { type KeyGroup, KeyRegistry } from './key-registry.ts'

const RegistryContext = createContext(new KeyRegistry())

/** Reads the keyboard for everything below; once, at the root. */
export function KeysProvider({ children }: { children?: ReactNode }) {
  const [registry] = useState(() => new KeyRegistry())
  const press = useOneByOne<KeyPress>((key) => registry.press(key))
  useInput((input, key) => press(keyPressesOf(input, key)))
  usePaste((text) => registry.paste(text))
  return <RegistryContext value={registry}>{children}</RegistryContext>
}

/**
 * Handles items one by one, each after the screen that the one before it made is there: `j` and `enter` that arrive together
 * choose the row below, not the row that was there when they were pressed.
 */
function useOneByOne<Item>(handle: (item: Item) => void): (items: readonly Item[]) => void {
  const waiting = useRef<Item[]>([])
  const [handled, setHandled] = useState(0)
  const busy = useRef(false)
  const next = useEffectEvent(() => {
    const [item] = waiting.current.splice(0, 1)
    busy.current = item !== undefined
    if (item === undefined) return
    // In the same batch as the changes that the item makes, so that it is committed with them.
    setHandled((count) => count + 1)
    handle(item)
  })
  useLayoutEffect(() => {
    if (handled === 0) return
    const timer = setImmediate(next)
    return () => clearImmediate(timer)
  }, [handled])
  return (items) => {
    waiting.current.push(...items)
    if (!busy.current) next()
  }
}

export function useKeyRegistry(): KeyRegistry {
  return useContext(RegistryContext)
}

/** The key groups that are active now. */
export function useActiveKeys(): readonly KeyGroup[] {
  const registry = useKeyRegistry()
  return useSyncExternalStore(registry.subscribe, registry.active)
}

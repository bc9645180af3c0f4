import { useLayoutEffect, useState } from 'react'
import type { Binding } from './commands.ts'
import type { KeyLayer } from './key-registry.ts'
import { useKeyRegistry } from './keys-provider.tsx'

type UseKeysOptions = {
  /** `component` for a list or field, `screen` (default) for a step, `frame` for what works everywhere, `dialog` for panels on top. */
  readonly layer?: KeyLayer
  /** False: the keys do nothing and the footer does not show them. */
  readonly active?: boolean
  /** No other part gets keys while this is active (a text field, a dialog). */
  readonly exclusive?: boolean
  /** Takes typed characters that no binding has, and pasted text. */
  readonly onText?: (text: string) => void
}

/**
 * Binds keys while the component is there. The footer and the help panel show them by themselves. What `run` sees is always
 * the latest render.
 */
export function useKeys(bindings: readonly Binding[], options: UseKeysOptions = {}): void {
  const registry = useKeyRegistry()
  const [owner] = useState(() => ({}))
  const { layer = 'screen', active = true, exclusive = false, onText } = options
  // Layout effects run before the next key is handled; passive ones may run after it.
  useLayoutEffect(() => {
    if (active) registry.set(owner, { layer, bindings, exclusive, onText })
    else registry.remove(owner)
  })
  useLayoutEffect(() => () => registry.remove(owner), [registry, owner])
}

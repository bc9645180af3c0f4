import { widthOf } from '../text/width.ts'
import { type Binding, keyLabel } from './commands.ts'

/** A key and its word in the footer. */
type KeyHint = { readonly key: string; readonly label: string }

const gap = 3
/** Kept however narrow the window is, in this order at the end. */
const lastToGo = ['?', 'q']

/**
 * The footer's hints for bindings that work now, in their order, the minor ones later, help and quit last. Where `columns` are
 * too few the ones before help and quit go first; the help panel still has them.
 */
export function keyHintsOf(bindings: readonly Binding[], columns: number): KeyHint[] {
  const labelled = bindings.filter((entry) => entry.label !== '')
  const hints = [...labelled.filter((entry) => !entry.minor), ...labelled.filter((entry) => entry.minor)].map(
    (entry) => ({ key: keyLabel(entry.keys[0] ?? ''), label: entry.label }),
  )
  const kept = lastToGo.flatMap((key) => hints.find((hint) => hint.key === key) ?? [])
  const others = hints.filter((hint) => !lastToGo.includes(hint.key))
  while (others.length > 0 && hintsWidth([...others, ...kept]) > columns) others.pop()
  return [...others, ...kept]
}

function hintsWidth(hints: readonly KeyHint[]): number {
  return hints.reduce((sum, hint) => sum + widthOf(`${hint.key} ${hint.label}`) + gap, -gap)
}

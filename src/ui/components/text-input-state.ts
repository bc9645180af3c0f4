import { charactersOf } from '../text/width.ts'

/** A line being typed: its characters as a reader counts them, and the place before which the next one goes. */
type TextInputState = { readonly characters: readonly string[]; readonly cursor: number }

export type TextInputAction =
  | { readonly type: 'insert'; readonly text: string }
  | { readonly type: 'backspace' | 'delete' | 'left' | 'right' | 'home' | 'end' | 'clear' }

export function textInputState(text: string): TextInputState {
  const characters = [...charactersOf(text)]
  return { characters, cursor: characters.length }
}

export function textOf(state: TextInputState): string {
  return state.characters.join('')
}

/** One editing step. Line breaks and control characters in inserted (pasted) text become spaces or vanish. */
export function reduceTextInput(state: TextInputState, action: TextInputAction): TextInputState {
  const { characters, cursor } = state
  switch (action.type) {
    case 'insert': {
      const text = action.text.replace(/[\r\n\t]+/g, ' ').replace(/[\u0000-\u001f\u007f-\u009f]/g, '')
      const added = [...charactersOf(cursor === characters.length ? text.trimEnd() || text : text)]
      return { characters: characters.toSpliced(cursor, 0, ...added), cursor: cursor + added.length }
    }
    case 'backspace':
      return cursor === 0 ? state : { characters: characters.toSpliced(cursor - 1, 1), cursor: cursor - 1 }
    case 'delete':
      return { characters: characters.toSpliced(cursor, 1), cursor }
    case 'left':
      return { characters, cursor: Math.max(0, cursor - 1) }
    case 'right':
      return { characters, cursor: Math.min(characters.length, cursor + 1) }
    case 'home':
      return { characters, cursor: 0 }
    case 'end':
      return { characters, cursor: characters.length }
    case 'clear':
      return { characters: [], cursor: 0 }
  }
}

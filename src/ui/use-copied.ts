import { useState } from 'react'
import { useCopy } from './clipboard.ts'

type Copied = {
  /** Puts text on the clipboard of the operator's terminal. */
  readonly copy: (text: string, what: string) => void
  /** The words for the key: what can be copied, or that it was. */
  readonly labelFor: (what: string) => string
}

/** Copying with an answer: no terminal says whether it took the text, so the key says that it was sent, or that it is too long. */
export function useCopied(): Copied {
  const copy = useCopy()
  const [last, setLast] = useState<{ what: string; isSent: boolean } | null>(null)
  return {
    copy: (text, what) => setLast({ what, isSent: copy(text) }),
    labelFor: (what) => (last?.what !== what ? `copy ${what}` : last.isSent ? `${what} copied` : 'too long to copy'),
  }
}

import { useStdout } from 'ink'
import type { Environment } from '../core/directories.ts'

/** Terminals drop longer sequences (xterm's limit; the text is base64 in it). */
const longestSequence = 74_994

/**
 * The escape sequence (OSC 52) that puts text on the clipboard of the operator's own terminal, also over SSH; wrapped for tmux
 * and screen, which would keep it for themselves. Null where the text is too long.
 */
export function copySequence(text: string, environment: Environment): string | null {
  const sequence = `\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`
  if (sequence.length > longestSequence) return null
  if (environment.TMUX) return `\u001bPtmux;${sequence.replaceAll('\u001b', '\u001b\u001b')}\u001b\\`
  if (environment.STY) return `\u001bP${sequence}\u001b\\`
  return sequence
}

/**
 * Gives a function that copies text; false where it is too long. No terminal says whether it did, so always show as well where
 * the text can be read.
 */
export function useCopy(environment: Environment = process.env): (text: string) => boolean {
  const { stdout } = useStdout()
  return (text) => {
    const sequence = copySequence(text, environment)
    if (sequence !== null) stdout.write(sequence)
    return sequence !== null
  }
}

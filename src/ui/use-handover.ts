import { setImmediate as turn } from 'node:timers/promises'
import { useApp, useStdin } from 'ink'

/**
 * Gives a function that hands the terminal to a program (sudo, an editor) while `work` goes on, and takes it back. Use this
 * and not Ink's `suspendTerminal`, after which Node goes on reading: the first keys, of a password for instance, would now and
 * then be taken from the program.
 */
export function useHandover(): (work: () => Promise<void>) => Promise<void> {
  const { suspendTerminal } = useApp()
  const { stdin } = useStdin()
  return (work) =>
    suspendTerminal(async () => {
      // Ink has taken its listener off, which counts from the next turn on; only then does pausing stop the reading, a turn later.
      await turn()
      stdin.pause()
      await turn()
      await work()
    })
}

import { setTimeout as sleep } from 'node:timers/promises'
import { bind, commands } from './keys/commands.ts'
import { useKeys } from './keys/use-keys.ts'
import { useHandover } from './use-handover.ts'

const suspend = { keys: ['ctrl-z'], label: '', help: 'Put rigup to sleep; the shell command fg wakes it.' }

/** Keys that belong to the terminal and not to a screen: draw again, go to sleep. */
export function RootKeys({ redraw }: { redraw: () => void }) {
  const handOver = useHandover()
  const sleepInShell = () =>
    handOver(async () => {
      // The whole job, as the terminal driver would do it: npm or a wrapper may be in it. Without a shell that waits, the
      // kernel ignores the signal and rigup goes on at once.
      process.kill(0, 'SIGTSTP')
      await sleep(50)
    })
  useKeys(
    [bind(commands.redraw, redraw, { always: true }), bind(suspend, () => void sleepInShell(), { always: true })],
    {
      layer: 'frame',
    },
  )
  return null
}

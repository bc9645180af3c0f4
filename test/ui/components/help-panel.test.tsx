import { Box, Text } from 'ink'
import { describe, expect, test } from 'vitest'
import { HelpPanel } from '#src/ui/components/help-panel.tsx'
import { bind, commands } from '#src/ui/keys/commands.ts'
import { KeyFooter } from '#src/ui/keys/key-footer.tsx'
import { useKeys } from '#src/ui/keys/use-keys.ts'
import { show } from '#test/support/component.tsx'

function Screen({ rows }: { rows: number }) {
  const { evidence, override, readAgain, save, settings, quit } = commands
  useKeys([evidence, override, readAgain, save, settings, quit].map((command) => bind(command, () => undefined)))
  return (
    <>
      <Box height={rows}>
        <HelpPanel columns={60} rows={rows} onClose={() => undefined}>
          <Text>why this is recommended</Text>
        </HelpPanel>
      </Box>
      <KeyFooter columns={60} />
    </>
  )
}

describe('the help panel', () => {
  test('has a line for every key, and then the reasons', () => {
    expect(show(<Screen rows={12} />).lines()).toMatchObject([
      'Keys on this screen',
      'e    Show where each number comes from.',
      'o    Correct what was detected.',
      'r    Read the machine again.',
      's    Save this to a file.',
      'tab  Go to the settings, and back to the list.',
      'q    Leave rigup. What runs in the background goes on.',
      '',
      'why this is recommended',
      ...Array(3).fill(''),
      'esc close',
    ])
  })

  test('scrolls where the window is too low for all of it, each line still whole', async () => {
    const screen = show(<Screen rows={4} />)
    await screen.shows('more')
    expect(screen.lines().slice(0, 4)).toEqual([
      'Keys on this screen',
      'e    Show where each number comes from.',
      'o    Correct what was detected.',
      'r    Read the machine again.',
    ])
    await screen.press('end')
    await screen.shows('why this is recommended')
  })
})

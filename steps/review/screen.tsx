import { Box, Text } from 'ink'
import { useMemo } from 'react'
import type { Advice } from '#src/advice/advice.ts'
import type { Plan } from '#src/plan/plan.ts'
import { downloadWords, planLines } from '#src/plan/render/text.ts'
import { useBody } from '#src/ui/components/body-context.ts'
import { AdviceNotice } from '#src/ui/components/notice.tsx'
import { TextPanel } from '#src/ui/components/text-panel.tsx'
import { useTheme } from '#src/ui/context.tsx'
import { bind, commands } from '#src/ui/keys/commands.ts'
import { useKeys } from '#src/ui/keys/use-keys.ts'
import { wrap } from '#src/ui/text/wrap.ts'

type ReviewScreenProps = {
  plan: Plan
  refusals: readonly Advice[]
  /** A saved machine: the plan is shown and not carried out. */
  isSaved: boolean
  /** The engine stays when its test is over. */
  keepsEngine: boolean
  /** What became of a save, or of a start that was refused; null while there is nothing to say. */
  message: string | null
  go: () => void
  /** Changes what becomes of the engine after its test. */
  setKeepsEngine: (keeps: boolean) => void
  save: () => void
  back: () => void
}

const savedMachine = 'A saved machine: the recipe can be saved; nothing is done here.'
const goesOn = 'It goes on when you leave, and rigup attaches to it again.'

/** The whole plan with its commands and what it leaves alone: the last stop before anything changes. */
export function ReviewScreen(props: ReviewScreenProps) {
  const { plan, refusals, isSaved, keepsEngine, message, go, save, back } = props
  const { columns, rows } = useBody()
  const theme = useTheme()
  const canGo = !isSaved && refusals.length === 0
  useKeys([
    ...(canGo ? [bind(commands.continue, go, { label: 'begin', help: 'Carry the plan out, in the background.' })] : []),
    bind(commands.back, back),
    bind(commands.save, save, { label: 'save recipe' }),
    bind(commands.keep, () => props.setKeepsEngine(!keepsEngine), {
      label: keepsEngine ? 'stop it after' : 'keep it after',
    }),
  ])
  const text = useMemo(() => planLines(plan, { columns: columns - 1, commands: true }).join('\n'), [plan, columns])
  const root = plan.actions.filter(({ needsRoot }) => needsRoot).length
  const facts = [
    `${plan.actions.length} actions`,
    `${downloadWords(plan)} to download`,
    root > 0 ? `${root} as root` : 'none as root',
  ]
  const foot = wrap(message ?? (isSaved ? savedMachine : goesOn), columns)
  const footRows = refusals.length > 0 ? refusals.length * 4 : foot.length
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Text bold>
        {isSaved
          ? 'This is what would be done.'
          : canGo
            ? 'Begin? Nothing has been changed so far.'
            : 'This cannot work here.'}
      </Text>
      <Text {...theme.dim}>{facts.join(' · ')}</Text>
      <Text {...theme.dim}>
        {keepsEngine ? 'After its test the engine is kept running.' : 'After its test the engine is stopped.'}
      </Text>
      <Box marginTop={1} height={rows - 5 - footRows} flexShrink={0}>
        <TextPanel text={text} width={columns} height={rows - 5 - footRows} active />
      </Box>
      <Box marginTop={1} flexDirection="column" height={footRows} flexShrink={0} overflow="hidden">
        {refusals.map((advice) => (
          <AdviceNotice key={advice.id} advice={advice} width={columns} />
        ))}
        {refusals.length === 0 ? <Text {...theme.dim}>{foot.join('\n')}</Text> : null}
      </Box>
    </Box>
  )
}

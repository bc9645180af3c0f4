import { Box, Text } from 'ink'
import { useSigns, useTheme } from '../context.tsx'
import type { Signs } from '../signs.ts'
import type { Theme } from '../theme.ts'

/** A step as the sidebar shows it. */
export type StepMark = {
  readonly id: string
  readonly label: string
  /** skipped: this recipe does not need it. attention: done, but something about it needs another look. */
  readonly state: 'here' | 'done' | 'waiting' | 'running' | 'failed' | 'skipped' | 'attention'
}

function markOf(state: StepMark['state'], signs: Signs, theme: Theme) {
  switch (state) {
    case 'here':
      return { sign: signs.here, style: theme.accent }
    case 'done':
      return { sign: signs.done, style: theme.ok }
    case 'running':
      return { sign: signs.running, style: theme.accent }
    case 'failed':
      return { sign: signs.failed, style: theme.fail }
    case 'attention':
      return { sign: signs.warning, style: theme.warn }
    case 'skipped':
      return { sign: signs.skipped, style: theme.dim }
    case 'waiting':
      return { sign: signs.waiting, style: theme.dim }
  }
}

/** The steps of the wizard, one a line. */
export function StepList({ steps, columns }: { steps: readonly StepMark[]; columns: number }) {
  const signs = useSigns()
  const theme = useTheme()
  return (
    <Box flexDirection="column" width={columns} flexShrink={0} aria-role="list">
      {steps.map((step) => {
        const { sign, style } = markOf(step.state, signs, theme)
        const words = step.state === 'here' ? theme.strong : step.state === 'done' ? {} : theme.dim
        return (
          <Text key={step.id} wrap="truncate" aria-label={`${step.label}: ${step.state}`}>
            <Text {...style}>{sign}</Text> <Text {...words}>{step.label}</Text>
          </Text>
        )
      })}
    </Box>
  )
}

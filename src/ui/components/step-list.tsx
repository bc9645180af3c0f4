import { Box, Text } from 'ink'
import { useSigns, useTheme } from '../context.tsx'
import { type MarkName, marksOf } from '../marks.ts'

/** A step as the sidebar shows it. */
export type StepMark = {
  readonly id: string
  readonly label: string
  readonly state: Extract<MarkName, 'here' | 'done' | 'waiting' | 'running' | 'failed'>
}

/** The steps of the wizard, one a line. */
export function StepList({ steps, columns }: { steps: readonly StepMark[]; columns: number }) {
  const signs = useSigns()
  const theme = useTheme()
  const marks = marksOf(signs, theme)
  return (
    <Box flexDirection="column" width={columns} flexShrink={0} aria-role="list">
      {steps.map((step) => {
        const { text, style } = marks[step.state]
        const words = step.state === 'here' ? theme.strong : step.state === 'done' ? {} : theme.dim
        return (
          <Text key={step.id} wrap="truncate" aria-label={`${step.label}: ${step.state}`}>
            <Text {...style}>{text}</Text> <Text {...words}>{step.label}</Text>
          </Text>
        )
      })}
    </Box>
  )
}

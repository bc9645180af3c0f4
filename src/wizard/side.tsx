import { Box, Text } from 'ink'
import { type StepId, stepIds } from '#steps/step.ts'
import type { Advice } from '../advice/advice.ts'
import { printableLine } from '../core/printable.ts'
import type { StepMark } from '../ui/components/step-list.tsx'
import { wrap } from '../ui/text/wrap.ts'
import type { RunView } from '../ui/views/run-view.ts'

/** The marks of the sidebar: where the operator is, what is done, what the run does meanwhile. */
export function stepMarks(place: StepId, reached: StepId, run: RunView | null): StepMark[] {
  return stepIds.map((id) => ({ id, label: id, state: markOf(id, place, reached, run) }))
}

function markOf(id: StepId, place: StepId, reached: StepId, run: RunView | null): StepMark['state'] {
  if (id === place) return 'here'
  if (run?.status === 'failed' && id === 'install') return 'failed'
  if (run?.status === 'running' && id === 'install') return 'running'
  return stepIds.indexOf(id) < stepIds.indexOf(reached) || (id === reached && id !== place) ? 'done' : 'waiting'
}

/** `quantize 4/9` */
export function placeOf(place: StepId): string {
  return `${place} ${stepIds.indexOf(place) + 1}/${stepIds.length}`
}

/** All that was advised about a step, each with its reason and source: the panel on the right of wide windows. */
export function AdviceSide({ advice, columns, rows }: { advice: readonly Advice[]; columns: number; rows: number }) {
  const blocks = advice.map((item) => ({ id: item.id, lines: linesOf(item, columns) }))
  return (
    <Box flexDirection="column" height={rows} overflow="hidden">
      {blocks.map(({ id, lines }) => (
        <Box key={id} flexDirection="column" flexShrink={0} marginBottom={1}>
          {lines.map((line, index) => (
            <Text key={line} bold={index === 0} dimColor={index === lines.length - 1}>
              {line}
            </Text>
          ))}
        </Box>
      ))}
    </Box>
  )
}

function linesOf({ what, why, source, wouldChange }: Advice, columns: number): string[] {
  const parts = [what, why, ...(wouldChange ? [`Would change with: ${wouldChange}.`] : []), source.title]
  return parts.flatMap((part) => wrap(printableLine(part), columns))
}

import { Text } from 'ink'
import { useSigns, useTheme } from '../context.tsx'
import { cut, pad, widthOf } from '../text/width.ts'
import { type Progress, progressText } from './progress-text.ts'

/** What is going on, and how far it is: bytes, rate, and the remainder where it is known. */
export function ProgressLine({ label, progress, width }: { label: string; progress: Progress; width: number }) {
  const theme = useTheme()
  const { cut: cutSign } = useSigns()
  const figures = progressText(progress)
  const room = width - widthOf(figures) - 2
  return (
    <Text wrap="truncate">
      {pad(cut(label, room, cutSign), room)}
      <Text {...theme.dim}>{`  ${figures}`}</Text>
    </Text>
  )
}

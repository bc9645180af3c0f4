import { Box, Text } from 'ink'
import { printableLine } from '../../core/printable.ts'
import { Rule } from '../components/rule.tsx'
import { useSigns, useTheme } from '../context.tsx'
import { cut } from '../text/width.ts'
import { wrap } from '../text/wrap.ts'
import type { Answer } from './launch-view.ts'

type AnswerPanelProps = {
  readonly answers: readonly Answer[]
  readonly width: number
  readonly height: number
}

/** What the engine answered, and how fast. */
export function AnswerPanel({ answers, width, height }: AnswerPanelProps) {
  const theme = useTheme()
  const signs = useSigns()
  const last = answers.at(-1)
  if (!last) return null
  const { result } = last
  const room = Math.max(1, height - (result === null ? 2 : 3))
  const wrong = result?.matches === false
  const verdict = result === null ? signs.running : wrong ? signs.failed : signs.done
  const words = wrong ? `${last.text} (expected: ${result.expected ?? 'other text'})` : last.text
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0} overflow="hidden">
      <Rule columns={width} label={`answer ${answers.length}`} />
      <Text {...theme.dim} wrap="truncate">
        {`  ${cut(printableLine(last.prompt), width - 2, signs.cut)}`}
      </Text>
      <Text {...(wrong ? theme.fail : result === null ? {} : theme.ok)}>
        {wrap(printableLine(words), width - 2)
          .slice(-room)
          .map((text, index) => `${index === 0 ? verdict : ' '} ${text}`)
          .join('\n')}
      </Text>
      {result === null ? null : <Text wrap="truncate">{`  ${figuresOf(result)}`}</Text>}
    </Box>
  )
}

function figuresOf(result: NonNullable<Answer['result']>): string {
  return `first token ${result.firstTokenMilliseconds.toFixed(0)} ms   ${result.tokensPerSecond.toFixed(1)} tokens/s   ${result.completionTokens} tokens`
}

import { Box, Text } from 'ink'
import { printable } from '../../core/printable.ts'
import { useSigns, useTheme } from '../context.tsx'
import { wrap } from '../text/wrap.ts'

type Failure = {
  readonly what: string
  readonly why?: string | undefined
  readonly next?: string | undefined
  readonly log?: string | null | undefined
}

/** What failed, why, what to do next, and where the whole story is. */
export function FailurePanel({ title, failure, width }: { title: string; failure: Failure; width: number }) {
  const theme = useTheme()
  const signs = useSigns()
  const lines = [
    ['why', failure.why],
    ['next', failure.next],
    ['log', failure.log],
  ] as const
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      <Text {...theme.fail}>
        {wrap(printable(`${signs.failed} ${title}: ${failure.what}`), width)
          .slice(0, 3)
          .join('\n')}
      </Text>
      {lines.map(([word, text]) =>
        text ? (
          <Box key={word}>
            <Box width={8} flexShrink={0}>
              <Text {...theme.dim}>{`  ${word}`}</Text>
            </Box>
            <Text>
              {wrap(printable(text), width - 8)
                .slice(0, 3)
                .join('\n')}
            </Text>
          </Box>
        ) : null,
      )}
    </Box>
  )
}

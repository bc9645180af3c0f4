import { Box, Text } from 'ink'
import type { Advice } from '../../advice/advice.ts'
import { useSigns, useTheme } from '../context.tsx'
import { pad } from '../text/width.ts'
import { wrap } from '../text/wrap.ts'

export type NoticeProps = {
  readonly kind: 'note' | 'ok' | 'warn' | 'fail'
  /** One or two words in front, so that notices line up: `RAM`, `Links`. */
  readonly topic?: string
  readonly topicWidth?: number
  readonly text: string
  /** What to do about it, or what is done: `swap of 64 GiB on /`. */
  readonly mitigation?: string | undefined
  /** The step that deals with it, on the right. */
  readonly step?: string | undefined
  readonly width: number
}

/** How many rows a notice takes. */
export function noticeRows({
  topic = '',
  topicWidth = topic.length,
  text,
  mitigation,
  step,
  width,
}: NoticeProps): number {
  const columns = Math.max(8, width - 2 - (topicWidth === 0 ? 0 : topicWidth + 2))
  const beside = step === undefined ? 0 : step.length + 3
  return wrap(text, columns).length + (mitigation === undefined ? 0 : wrap(`> ${mitigation}`, columns - beside).length)
}

/** A sign, a sentence, and what is done about it. */
export function Notice({ kind, topic = '', topicWidth = topic.length, text, mitigation, step, width }: NoticeProps) {
  const signs = useSigns()
  const theme = useTheme()
  const looks = {
    note: { sign: signs.note, style: theme.dim },
    ok: { sign: signs.done, style: theme.ok },
    warn: { sign: signs.warning, style: theme.warn },
    fail: { sign: signs.failed, style: theme.fail },
  }[kind]
  const lead = topicWidth === 0 ? '' : `${pad(topic, topicWidth)}  `
  return (
    <Box width={width} flexShrink={0}>
      <Text {...looks.style}>{`${looks.sign} `}</Text>
      {lead === '' ? null : (
        <Box flexShrink={0}>
          <Text>{lead}</Text>
        </Box>
      )}
      <Box flexDirection="column" width={Math.max(8, width - 2 - lead.length)}>
        <Text>{text}</Text>
        {mitigation === undefined ? null : (
          <Box justifyContent="space-between">
            <Text {...theme.accent}>{`${signs.arrow} ${mitigation}`}</Text>
            {step === undefined ? null : (
              <Box flexShrink={0} marginLeft={1}>
                <Text {...theme.dim}>{`[${step}]`}</Text>
              </Box>
            )}
          </Box>
        )}
      </Box>
    </Box>
  )
}

const kinds = { note: 'note', recommend: 'ok', warn: 'warn', refuse: 'fail' } as const

/** An advice as a notice. */
export function AdviceNotice({ advice, width, step }: { advice: Advice; width: number; step?: string | undefined }) {
  return <Notice kind={kinds[advice.kind]} text={advice.what} mitigation={advice.instead} step={step} width={width} />
}

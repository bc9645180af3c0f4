import { Box, Text } from 'ink'
import { printable, printableLine } from '../../core/printable.ts'
import { shellLine } from '../../core/shell-quote.ts'
import type { Diagnosis } from '../../diagnosis/schema.ts'
import { Rule } from '../components/rule.tsx'
import { SelectList } from '../components/select-list.tsx'
import { useSigns, useTheme } from '../context.tsx'
import { wrap } from '../text/wrap.ts'

type Fix = Diagnosis['fixes'][number]

type DiagnosisPanelProps = {
  readonly diagnosis: Pick<Diagnosis, 'explanation' | 'evidence' | 'fixes'>
  readonly width: number
  readonly height: number
  readonly active: boolean
  readonly onFix: (fix: Fix) => void
}

/** What is wrong, the line that says so, and what can be done about it, the recommended first. */
export function DiagnosisPanel({ diagnosis, width, height, active, onFix }: DiagnosisPanelProps) {
  const theme = useTheme()
  const signs = useSigns()
  const line = diagnosis.evidence[0]?.line
  const place = line === undefined ? '' : `line ${line}`
  const lines = wrap(printable(diagnosis.explanation), width - 2).slice(0, Math.max(1, Math.min(3, height - 3)))
  const rows = diagnosis.fixes.map((fix, index) => ({
    id: String(index),
    value: fix,
    cells: [printableLine(fix.title), printableLine(wordsOf(fix))],
    remark: index === 0 ? '(recommended)' : undefined,
    // Enter would do nothing there: only changes of the recipe are carried out.
    disabled: fix.change.kind === 'recipe' ? undefined : 'by hand',
  }))
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0} overflow="hidden">
      <Rule columns={width} label={place} />
      <Text {...theme.fail}>
        {lines.map((text, index) => `${index === 0 ? signs.failed : ' '} ${text}`).join('\n')}
      </Text>
      {rows.length === 0 ? (
        <Text {...theme.dim}> No fix is known. The log has the whole story.</Text>
      ) : (
        <SelectList
          rows={rows}
          columns={[{}, { shrinks: true }]}
          width={width}
          height={Math.max(1, height - 1 - lines.length)}
          numbered
          active={active}
          chooseLabel="apply and start again"
          onSelect={(row) => onFix(row.value)}
        />
      )}
    </Box>
  )
}

/** Why a fix helps and what it costs; of a command, the command. */
function wordsOf({ change, why, risk }: Fix): string {
  const command = change.kind === 'command' ? [`$ ${shellLine(change.argv)}`] : []
  return [...command, why, ...(risk === null ? [] : [risk])].join(' ')
}

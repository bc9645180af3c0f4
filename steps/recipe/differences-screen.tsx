import { Box, Text } from 'ink'
import { printableLine } from '#src/core/printable.ts'
import { machineFingerprint } from '#src/machine/fingerprint.ts'
import type { Machine } from '#src/machine/schema.ts'
import { machineSummary } from '#src/machine/summary.ts'
import type { Recipe } from '#src/recipe/schema/recipe.ts'
import { useBody } from '#src/ui/components/body-context.ts'
import { useSigns, useTheme } from '#src/ui/context.tsx'
import { bind, commands } from '#src/ui/keys/commands.ts'
import { useKeys } from '#src/ui/keys/use-keys.ts'
import { wrap } from '#src/ui/text/wrap.ts'
import type { Resolved } from '../answers.ts'
import type { Difference } from '../differences.ts'
import { questionSteps } from '../question-steps.ts'

type DifferencesScreenProps = {
  /** The recipe that is taken up again. */
  given: Recipe
  machine: Machine
  resolved: Resolved
  differences: readonly Difference[]
  next: () => void
  /** Shows the whole machine instead. */
  seeMachine: () => void
}

/** A recipe that is taken up again: where it was made, what this machine is, and which of its answers are asked about once more. */
export function DifferencesScreen(props: DifferencesScreenProps) {
  const { given, machine, resolved, differences, next, seeMachine } = props
  const { columns, rows } = useBody()
  const theme = useTheme()
  useKeys([
    bind(commands.continue, next, {
      help: 'Go on to the first answer that is in question, or to the review where none is.',
    }),
    bind(commands.machine, seeMachine),
  ])
  const asked = differences.map(({ step }) => step)
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Text bold wrap="truncate">{`Set up again from the recipe ${given.name}`}</Text>
      <Box flexDirection="column" marginTop={1} flexShrink={0}>
        <Labelled label="made on" text={madeOn(given, machine)} />
        <Labelled label="here" text={machineSummary(machine)} />
      </Box>
      <Box flexDirection="column" marginTop={1} flexShrink={0}>
        {questionSteps.map(({ id }) => (
          <StepRow
            key={id}
            label={id}
            answer={resolved.chosen[id]?.cells[0] ?? ''}
            difference={differences.find(({ step }) => step === id)}
          />
        ))}
      </Box>
      <Box marginTop={1} flexShrink={0}>
        <Text {...theme.dim}>
          {asked.length === 0
            ? 'Every answer holds here. Only the review is left; esc there leads back to the answers.'
            : `Asked about: ${asked.join(', ')}. All else stays as the recipe says.`}
        </Text>
      </Box>
    </Box>
  )
}

function madeOn({ machine: recorded }: Recipe, machine: Machine): string {
  if (!recorded) return 'not said in the recipe'
  if (recorded.fingerprint === machineFingerprint(machine)) return 'this machine, or one like it'
  return printableLine(recorded.summary)
}

function Labelled({ label, text }: { label: string; text: string }) {
  const theme = useTheme()
  return (
    <Text wrap="truncate">
      <Text {...theme.dim}>{label.padEnd(11)}</Text>
      {text}
    </Text>
  )
}

const indent = 11
const mostLines = 3

type StepRowProps = { label: string; answer: string; difference: Difference | undefined }

function StepRow({ label, answer, difference }: StepRowProps) {
  const { columns } = useBody()
  const theme = useTheme()
  const signs = useSigns()
  if (!difference) {
    return (
      <Text wrap="truncate">
        <Text {...theme.ok}>{signs.done}</Text>
        {` ${label.padEnd(indent - 2)}${printableLine(answer)}`}
      </Text>
    )
  }
  const what = wrap(printableLine(difference.what), columns - indent).slice(0, mostLines)
  const instead = difference.instead === null ? [] : [printableLine(`${signs.arrow} ${difference.instead}`)]
  return (
    <>
      {[...what, ...instead].map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text, in their order
        <Text key={index} wrap="truncate">
          <Text {...theme.warn}>{index === 0 ? signs.warning : ' '}</Text>
          {` ${(index === 0 ? label : '').padEnd(indent - 2)}${line}`}
        </Text>
      ))}
    </>
  )
}

import { Box, Text } from 'ink'
import { useState } from 'react'
import { handStart } from '#src/plan/engines/serving.ts'
import type { Plan } from '#src/plan/plan.ts'
import type { Recipe } from '#src/recipe/schema/recipe.ts'
import { useBody } from '#src/ui/components/body-context.ts'
import { Notice } from '#src/ui/components/notice.tsx'
import { SelectList } from '#src/ui/components/select-list.tsx'
import { useTheme } from '#src/ui/context.tsx'
import { bind, commands } from '#src/ui/keys/commands.ts'
import { useKeys } from '#src/ui/keys/use-keys.ts'
import { useCopied } from '#src/ui/use-copied.ts'
import { type Exports, ExportsList } from './exports-list.tsx'

export type RecipeScreenProps = {
  recipe: Recipe
  plan: Plan
  /** Where the verified recipe was saved; null while that goes on. */
  path: string | null
  /** Tries to save it once more, where it could not be saved. */
  saveAgain?: (() => void) | undefined
  /** What a command line can call it. */
  callableName: string
  /** The engine still runs. */
  isRunning: boolean
  address: string
  /** What became of the last choice; null where nothing is to be said. */
  message: string | null
  stopEngine: () => void
  /** Starts the engine once more and leaves it running; absent where that cannot be done. */
  startEngine?: (() => void) | undefined
  /** Absent where nothing can be written. */
  exports?: Exports | undefined
  leave: () => void
  back: () => void
}

/** The end: what was saved, what it measured, how to use it, and whether the engine goes on. */
export function RecipeScreen(props: RecipeScreenProps) {
  const { recipe, path, saveAgain, callableName, isRunning, address, message, exports } = props
  const { columns, rows } = useBody()
  const { measured } = recipe
  const [isExporting, setExporting] = useState(false)
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Text bold>{heading(path, saveAgain !== undefined)}</Text>
      <Box flexDirection="column" marginTop={rows > 20 ? 1 : 0} flexShrink={0}>
        <Line label="recipe" text={path ?? ''} />
        <Line label="engine" text={`${recipe.engine.route} ${recipe.engine.version}`} />
        {measured ? (
          <Line
            label="measured"
            text={`ready in ${measured.secondsToReady} s, first token ${measured.firstTokenMilliseconds} ms, ${measured.tokensPerSecond} tokens/s`}
          />
        ) : null}
        <Line label="address" text={`${address}${isRunning ? '' : '  (when started)'}`} />
        <Line label="again" text={`rigup apply ${callableName}`} />
      </Box>
      {isExporting && exports ? (
        <ExportsList exports={exports} width={columns} back={() => setExporting(false)} />
      ) : (
        <Ending {...props} width={columns} openExports={() => setExporting(true)} />
      )}
      {message ? <Notice kind="warn" text={message} width={columns} /> : null}
    </Box>
  )
}

function heading(path: string | null, isRefused: boolean): string {
  if (path !== null) return 'It works, and the recipe is saved.'
  return isRefused ? 'It works; the recipe is not saved yet.' : 'Saving the recipe …'
}

/** How to start the engine by hand, and what is to become of it now. */
function Ending(props: RecipeScreenProps & { width: number; openExports: () => void }) {
  const theme = useTheme()
  const copied = useCopied()
  useKeys([
    bind(commands.back, props.back),
    bind(commands.copy, () => copied.copy(props.address, 'address'), { label: copied.labelFor('address') }),
  ])
  const operations = props.plan.actions.flatMap((action) => action.operations)
  const serve = operations.findLast((operation) => operation.kind === 'serve')
  return (
    <>
      {serve?.kind === 'serve' ? (
        <Box flexDirection="column" marginTop={1} flexShrink={1} minHeight={2} overflow="hidden">
          <Box flexShrink={0}>
            <Text {...theme.dim}>By hand:</Text>
          </Box>
          <Text>{handStart(serve.serve)}</Text>
        </Box>
      ) : null}
      <Box marginTop={1} flexShrink={0}>
        <SelectList
          rows={choicesOf(props)}
          columns={[{}, {}]}
          width={props.width}
          height={3}
          chooseLabel="do it"
          onSelect={(row) => row.value()}
        />
      </Box>
    </>
  )
}

function choicesOf({
  saveAgain,
  isRunning,
  leave,
  stopEngine,
  startEngine,
  exports,
  path,
  openExports,
}: RecipeScreenProps & { openExports: () => void }): { id: string; value: () => void; cells: string[] }[] {
  return [
    ...(saveAgain ? [{ id: 'save', value: saveAgain, cells: ['save it again', 'nothing else is done twice'] }] : []),
    ...(isRunning
      ? [
          { id: 'keep', value: leave, cells: ['keep the engine running', 'and leave rigup; rigup stop ends it'] },
          { id: 'stop', value: stopEngine, cells: ['stop the engine', 'and leave rigup'] },
        ]
      : [
          { id: 'leave', value: leave, cells: ['leave rigup', 'the engine is stopped'] },
          ...(startEngine
            ? [{ id: 'start', value: startEngine, cells: ['start the engine', 'and keep it running'] }]
            : []),
        ]),
    ...(exports && path !== null
      ? [
          {
            id: 'export',
            value: openExports,
            cells: ['write it as', exports.targets.map(({ name }) => name).join(', ')],
          },
        ]
      : []),
  ]
}

function Line({ label, text }: { label: string; text: string }) {
  const theme = useTheme()
  return (
    <Text wrap="truncate-middle">
      <Text {...theme.dim}>{label.padEnd(10)}</Text>
      {text}
    </Text>
  )
}

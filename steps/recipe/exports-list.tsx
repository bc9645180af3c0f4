import { Box, Text } from 'ink'
import { useState } from 'react'
import { messageOf, Problem } from '#src/core/problem.ts'
import { Notice } from '#src/ui/components/notice.tsx'
import { SelectList } from '#src/ui/components/select-list.tsx'
import { bind, commands } from '#src/ui/keys/commands.ts'
import { useKeys } from '#src/ui/keys/use-keys.ts'

/** What the recipe can be written as, and how. */
export type Exports = {
  readonly targets: readonly { readonly name: string; readonly describes: string }[]
  /** Writes it beside the recipe; gives the path. */
  readonly write: (name: string) => Promise<string>
}

type ExportsListProps = { exports: Exports; width: number; back: () => void }
type Told = { kind: 'note' | 'ok' | 'fail'; text: string }

/** Writes the recipe as a script, a service, or whatever else there is; each stays beside the recipe. */
export function ExportsList({ exports, width, back }: ExportsListProps) {
  const [told, setTold] = useState<Told | null>(null)
  useKeys([bind(commands.back, back)])
  const write = (name: string) => {
    setTold({ kind: 'note', text: `Writing ${name} …` })
    exports.write(name).then(
      (path) => setTold({ kind: 'ok', text: `${path}: its first lines say how to use it.` }),
      (error: unknown) => setTold({ kind: 'fail', text: textOf(error) }),
    )
  }
  return (
    <Box flexDirection="column" marginTop={1} flexShrink={0}>
      <Text bold>Write it as what? It goes beside the recipe.</Text>
      <Box marginTop={1} flexShrink={0}>
        <SelectList
          rows={exports.targets.map(({ name, describes }) => ({ id: name, value: name, cells: [name, describes] }))}
          columns={[{}, {}]}
          width={width}
          height={exports.targets.length}
          chooseLabel="write"
          onSelect={(row) => write(row.value)}
        />
      </Box>
      {told ? (
        <Box marginTop={1} flexShrink={0}>
          <Notice kind={told.kind} text={told.text} width={width} />
        </Box>
      ) : null}
    </Box>
  )
}

function textOf(error: unknown): string {
  if (!(error instanceof Problem)) return messageOf(error)
  return [error.message, error.why, error.next].filter(Boolean).join(' ')
}

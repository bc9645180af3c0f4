import { Box, Text, useWindowSize } from 'ink'
import { type ReactNode, useState } from 'react'
import { useSigns, useTerminal, useTheme } from '../context.tsx'
import { bind, commands } from '../keys/commands.ts'
import { KeyFooter } from '../keys/key-footer.tsx'
import { useKeys } from '../keys/use-keys.ts'
import { cut } from '../text/width.ts'
import { BodyContext } from './body-context.ts'
import { HelpPanel } from './help-panel.tsx'
import { type Layout, layoutOf } from './layout.ts'
import { Rule } from './rule.tsx'
import { StepList, type StepMark } from './step-list.tsx'
import { TooSmall } from './too-small.tsx'

type FrameProps = {
  /** What this is about: `new machine · mining-rig`. */
  readonly title: string
  /** Where the operator is: `hardware 1/9`. */
  readonly place?: string
  /** Left out on screens that need the whole width (a log). */
  readonly steps?: readonly StepMark[]
  /** Shown on the right where the window is wide enough, and otherwise with the help (`?`); it is told its size. */
  readonly panel?: (size: { readonly columns: number; readonly rows: number }) => ReactNode
  /** Instead of the keys: a question such as "press ctrl-c again". */
  readonly footer?: ReactNode
  readonly children?: ReactNode
}

/** The frame of every screen: title, steps on the left, body, panel on the right, keys. It fills the window and never more. */
export function Frame(props: FrameProps) {
  const { columns, rows } = useWindowSize()
  const { screenReader } = useTerminal()
  const layout = layoutOf(columns, rows, { sidebar: props.steps !== undefined, panel: props.panel !== undefined })
  if (screenReader) return <LinearFrame {...props} columns={columns} rows={rows} />
  return (
    <>
      {layout.tooSmall ? <TooSmall columns={columns} rows={rows} /> : null}
      {/* The screen stays mounted, so that a window made small for a moment loses nothing. */}
      <Box display={layout.tooSmall ? 'none' : 'flex'}>
        <FullFrame {...props} columns={columns} rows={rows} layout={layout} />
      </Box>
    </>
  )
}

type Sized = FrameProps & { readonly columns: number; readonly rows: number }

/** What the body shows: the screen, or the help in its place; the screen stays mounted and keeps its state. */
function Body({
  columns,
  rows,
  aside,
  children,
}: {
  columns: number
  rows: number
  aside: ReactNode
  children: ReactNode
}) {
  const [helps, setHelps] = useState(false)
  useKeys([bind(commands.help, () => setHelps(true))], { layer: 'frame' })
  return (
    <BodyContext value={{ columns, rows }}>
      {helps ? (
        <HelpPanel columns={columns} rows={rows} onClose={() => setHelps(false)}>
          {aside}
        </HelpPanel>
      ) : null}
      <Box flexDirection="column" display={helps ? 'none' : 'flex'}>
        {children}
      </Box>
    </BodyContext>
  )
}

function FullFrame({
  title,
  place,
  steps,
  panel,
  footer,
  children,
  columns,
  rows,
  layout,
}: Sized & { layout: Layout }) {
  const inside = columns - 2
  const aside =
    panel && layout.panelColumns === 0 ? panel({ columns: layout.bodyColumns, rows: layout.bodyRows }) : null
  const { bodyColumns, bodyRows, panelColumns, sidebarColumns } = layout
  return (
    <Box flexDirection="column" width={columns} height={rows} paddingX={1} overflow="hidden">
      <TitleLine title={title} place={place ?? ''} columns={inside} />
      <Rule columns={inside} />
      <Box height={bodyRows} flexShrink={0} overflow="hidden">
        {sidebarColumns > 0 && steps ? <StepList steps={steps} columns={sidebarColumns} /> : null}
        <Box flexDirection="column" width={bodyColumns} flexShrink={0} overflow="hidden">
          <Body columns={bodyColumns} rows={bodyRows} aside={aside}>
            {children}
          </Body>
        </Box>
        {panelColumns > 0 && panel ? (
          <Box flexDirection="column" width={panelColumns} flexShrink={0} marginLeft={2} overflow="hidden">
            {panel({ columns: panelColumns, rows: bodyRows })}
          </Box>
        ) : null}
      </Box>
      <Rule columns={inside} />
      <Box height={1} flexShrink={0}>
        {footer ?? <KeyFooter columns={inside} />}
      </Box>
    </Box>
  )
}

function TitleLine({ title, place, columns }: { title: string; place: string; columns: number }) {
  const theme = useTheme()
  const { cut: cutSign } = useSigns()
  return (
    <Box justifyContent="space-between" height={1} flexShrink={0}>
      <Text>
        <Text {...theme.accent} bold>
          rigup
        </Text>
        {`  ${cut(title, columns - place.length - 9, cutSign)}`}
      </Text>
      <Text {...theme.dim}>{place}</Text>
    </Box>
  )
}

/** For a screen reader: the same words, one under the other, without lines, columns or a height. */
function LinearFrame({ title, place, panel, footer, children, columns, rows }: Sized) {
  return (
    <Box flexDirection="column">
      <Text>{`rigup, ${title}${place ? `, ${place}` : ''}`}</Text>
      <Body columns={columns} rows={rows} aside={null}>
        {children}
      </Body>
      {panel?.({ columns, rows })}
      {footer ?? <KeyFooter columns={columns} />}
    </Box>
  )
}

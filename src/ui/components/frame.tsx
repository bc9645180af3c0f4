import { Box, Text, useWindowSize } from 'ink'
import type { ReactNode } from 'react'
import { useSigns, useTerminal, useTheme } from '../context.tsx'
import { KeyFooter } from '../keys/key-footer.tsx'
import { cut } from '../text/width.ts'
import { BodyContext } from './body-context.ts'
import { type Layout, layoutOf } from './layout.ts'
import { Rule } from './rule.tsx'
import { StepList, type StepMark } from './step-list.tsx'
import { TooSmall } from './too-small.tsx'

export type FrameProps = {
  /** What this is about: `new machine · mining-rig`. */
  readonly title: string
  /** Where the operator is: `hardware 1/9`. */
  readonly place?: string
  /** Left out on screens that need the whole width (a log). */
  readonly steps?: readonly StepMark[]
  /** Shown on the right where the window is wide enough; it is told its size. */
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
  const { bodyColumns, bodyRows, panelColumns, sidebarColumns } = layout
  return (
    <Box flexDirection="column" width={columns} height={rows} paddingX={1} overflow="hidden">
      <TitleLine title={title} place={place ?? ''} columns={inside} />
      <Rule columns={inside} />
      <Box height={bodyRows} flexShrink={0} overflow="hidden">
        {sidebarColumns > 0 && steps ? <StepList steps={steps} columns={sidebarColumns} /> : null}
        <Box flexDirection="column" width={bodyColumns} flexShrink={0} overflow="hidden">
          <BodyContext value={{ columns: bodyColumns, rows: bodyRows }}>{children}</BodyContext>
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
      <BodyContext value={{ columns, rows }}>{children}</BodyContext>
      {panel?.({ columns, rows })}
      {footer ?? <KeyFooter columns={columns} />}
    </Box>
  )
}

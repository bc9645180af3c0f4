import { Box, type DOMElement, useBoxMetrics } from 'ink'
import { type ReactNode, useRef, useState } from 'react'
import { bind, commands } from '../keys/commands.ts'
import type { KeyLayer } from '../keys/key-registry.ts'
import { useKeys } from '../keys/use-keys.ts'

type ScrollBoxProps = {
  readonly width: number
  readonly height: number
  readonly layer?: KeyLayer
  readonly children?: ReactNode
}

/** Any content in a window of its own that scrolls where the content is longer. */
export function ScrollBox({ width, height, layer = 'component', children }: ScrollBoxProps) {
  const content = useRef<DOMElement>(null)
  const { height: contentHeight } = useBoxMetrics(content)
  const last = Math.max(0, contentHeight - height)
  const [wanted, setWanted] = useState(0)
  const top = Math.min(wanted, last)
  const move = (rows: number) => setWanted(Math.max(0, Math.min(last, top + rows)))
  useKeys(
    [
      bind(commands.up, () => move(-1), { label: '' }),
      bind(commands.down, () => move(1), { label: last > 0 ? 'more' : '' }),
      bind(commands.pageUp, () => move(1 - height)),
      bind(commands.pageDown, () => move(height - 1)),
      bind(commands.first, () => move(-last)),
      bind(commands.last, () => move(last)),
    ],
    { layer, active: last > 0 },
  )
  return (
    // Not stretched: the content keeps its own height, however low the window is.
    <Box width={width} height={height} flexShrink={0} alignItems="flex-start" overflow="hidden" contentOffsetY={top}>
      <Box ref={content} flexDirection="column" flexShrink={0} width={width}>
        {children}
      </Box>
    </Box>
  )
}

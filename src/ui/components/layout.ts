/** The size that screens are designed for, and the smallest that they can be used in. */
export const designSize = { columns: 80, rows: 24 } as const
export const smallestSize = { columns: 60, rows: 16 } as const

/** Where the parts of a screen stand, in columns and rows. */
export type Layout = {
  readonly tooSmall: boolean
  /** 0: no room for it, or not wanted. */
  readonly sidebarColumns: number
  readonly bodyColumns: number
  /** Width of the right-hand panel; 0: no room. */
  readonly panelColumns: number
  readonly bodyRows: number
}

type LayoutWishes = { readonly sidebar: boolean; readonly panel: boolean }

const margin = 1
const sidebarColumns = 13
/** Room for a sidebar beside a body that is still useful. */
const columnsForSidebar = 76
/** From here on the free space goes to the panel. */
const columnsForPanel = 110
const panelGap = 2
const smallestPanel = 28
const widestPanel = 64
/** Lines longer than this are hard to read. */
const widestBody = 100
/** Title, rule, rule, footer. */
const frameRows = 4

/** The layout of a window: the body stays where it is at 80 columns, and what is more goes to the panel on the right. */
export function layoutOf(columns: number, rows: number, wishes: LayoutWishes): Layout {
  const sidebar = wishes.sidebar && columns >= columnsForSidebar ? sidebarColumns : 0
  const inside = columns - 2 * margin - sidebar
  const designBody = designSize.columns - 2 * margin - sidebarColumns
  const panelColumns =
    wishes.panel && columns > columnsForPanel
      ? Math.min(widestPanel, Math.max(smallestPanel, inside - designBody - panelGap))
      : 0
  const left = inside - (panelColumns === 0 ? 0 : panelColumns + panelGap)
  return {
    tooSmall: columns < smallestSize.columns || rows < smallestSize.rows,
    sidebarColumns: sidebar,
    bodyColumns: Math.max(0, wishes.sidebar ? Math.min(left, widestBody) : left),
    panelColumns,
    bodyRows: Math.max(0, rows - frameRows),
  }
}

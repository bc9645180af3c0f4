/** What part of a log is shown, and how. */
export type LogView = {
  /** The end of the log is shown, and stays shown while lines come. */
  readonly follow: boolean
  /** Position of the first line shown while not following. */
  readonly top: number
  /** Long lines are wrapped and not cut. */
  readonly whole: boolean
  /** What was searched for last; empty: nothing. */
  readonly query: string
  /** Position of the line that a search or a jump found. */
  readonly found: number | null
}

/** Positions that there are, and lines shown at once. */
type LogExtent = { readonly first: number; readonly end: number; readonly height: number }

export type LogAction =
  | { readonly type: 'scroll'; readonly lines: number; readonly extent: LogExtent }
  | { readonly type: 'page'; readonly pages: number; readonly extent: LogExtent }
  | { readonly type: 'first'; readonly extent: LogExtent }
  | { readonly type: 'follow' }
  | { readonly type: 'toggle-follow'; readonly extent: LogExtent }
  | { readonly type: 'toggle-whole' }
  | { readonly type: 'search'; readonly query: string }
  | { readonly type: 'show'; readonly position: number; readonly extent: LogExtent }

export const initialLogView: LogView = { follow: true, top: 0, whole: false, query: '', found: null }

/** The position of the first line shown. */
export function topOf(view: LogView, { first, end, height }: LogExtent): number {
  const last = Math.max(first, end - height)
  return view.follow ? last : Math.max(first, Math.min(view.top, last))
}

export function reduceLogView(view: LogView, action: LogAction): LogView {
  switch (action.type) {
    case 'scroll':
      return scrolled(view, topOf(view, action.extent) + action.lines, action.extent)
    case 'page':
      return scrolled(
        view,
        topOf(view, action.extent) + action.pages * Math.max(1, action.extent.height - 1),
        action.extent,
      )
    case 'first':
      return { ...view, follow: false, top: action.extent.first }
    case 'follow':
      return { ...view, follow: true, found: null }
    case 'toggle-follow':
      return view.follow ? { ...view, follow: false, top: topOf(view, action.extent) } : { ...view, follow: true }
    case 'toggle-whole':
      return { ...view, whole: !view.whole }
    case 'search':
      return { ...view, query: action.query, found: null }
    case 'show':
      return shown(view, action.position, action.extent)
  }
}

/** Scrolling down to the end follows it again. */
function scrolled(view: LogView, top: number, { first, end, height }: LogExtent): LogView {
  return {
    ...view,
    follow: top >= end - height && top > topOf(view, { first, end, height }),
    top: Math.max(first, top),
  }
}

/** A line that is shown already only gets its mark; another one comes to the middle. */
function shown(view: LogView, position: number, extent: LogExtent): LogView {
  const top = topOf(view, extent)
  const isShown = position >= top && position < top + extent.height
  const wanted = isShown ? top : position - Math.floor(extent.height / 2)
  return { ...view, follow: false, top: Math.max(extent.first, wanted), found: position }
}

/** A part of a bar: its size and which filling shows it. */
type BarPart = { readonly value: number; readonly fill: number }

/**
 * How many of `width` cells each part takes. Every part above 0 has at least one cell; the cells of all parts together are as
 * many as their share of `total`, and never more than `width`.
 */
export function barCells(parts: readonly BarPart[], total: number, width: number): number[] {
  if (width <= 0) return parts.map(() => 0)
  const sum = parts.reduce((all, part) => all + Math.max(0, part.value), 0)
  const scale = Math.max(total, sum)
  if (scale <= 0) return parts.map(() => 0)
  const cells = parts.map((part) => (part.value > 0 ? Math.max(1, Math.round((part.value / scale) * width)) : 0))
  const wanted = Math.min(width, Math.max(cells.filter((count) => count > 0).length, Math.round((sum / scale) * width)))
  let excess = cells.reduce((all, count) => all + count, 0) - wanted
  while (excess !== 0) {
    // The largest part shows a cell more or less the least.
    const largest = cells.indexOf(Math.max(...cells))
    const count = cells[largest] ?? 0
    if (excess > 0 && count <= 0) break
    cells[largest] = count - Math.sign(excess)
    excess -= Math.sign(excess)
  }
  return cells
}

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { layoutOf } from '#src/ui/components/layout.ts'

const both = { sidebar: true, panel: true }

test.each([
  [80, 24, both, { tooSmall: false, sidebarColumns: 13, bodyColumns: 65, panelColumns: 0, bodyRows: 20 }],
  [60, 16, both, { tooSmall: false, sidebarColumns: 0, bodyColumns: 58, panelColumns: 0, bodyRows: 12 }],
  [110, 30, both, { tooSmall: false, sidebarColumns: 13, bodyColumns: 95, panelColumns: 0, bodyRows: 26 }],
  [120, 30, both, { tooSmall: false, sidebarColumns: 13, bodyColumns: 65, panelColumns: 38, bodyRows: 26 }],
  [200, 50, both, { tooSmall: false, sidebarColumns: 13, bodyColumns: 100, panelColumns: 64, bodyRows: 46 }],
  [120, 30, { sidebar: false, panel: false }, { sidebarColumns: 0, bodyColumns: 118, panelColumns: 0 }],
  [59, 24, both, { tooSmall: true }],
  [80, 15, both, { tooSmall: true }],
])('%i x %i with %j', (columns, rows, wishes, expected) => {
  expect(layoutOf(columns, rows, wishes)).toMatchObject(expected)
})

test('the parts of every window that is large enough fit into it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 60, max: 300 }), fc.boolean(), fc.boolean(), (columns, sidebar, panel) => {
      const layout = layoutOf(columns, 24, { sidebar, panel })
      const gap = layout.panelColumns > 0 ? 2 : 0
      expect(2 + layout.sidebarColumns + layout.bodyColumns + gap + layout.panelColumns).toBeLessThanOrEqual(columns)
      expect(layout.bodyColumns).toBeGreaterThanOrEqual(58)
    }),
  )
})

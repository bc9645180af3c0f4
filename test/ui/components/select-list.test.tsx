import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { SelectList, type SelectRow } from '#src/ui/components/select-list.tsx'
import { moved, type SelectMove, settled } from '#src/ui/components/select-state.ts'
import { show } from '#test/support/component.tsx'

const methods: SelectRow<string>[] = [
  { id: 'gptq', value: 'GPTQ', cells: ['GPTQ-Int4', '38.6 GiB'], remark: '(recommended)' },
  { id: 'bf16', value: 'BF16', cells: ['BF16', '135.4 GiB'], disabled: '43 GiB short of 8 cards' },
  { id: 'awq', value: 'AWQ', cells: ['AWQ', '38.9 GiB'] },
]
const columns = [{}, { align: 'right' as const }]

describe('a list', () => {
  test('lines its columns up and says in the row why it cannot be chosen', () => {
    const list = show(<SelectList rows={methods} columns={columns} width={60} height={5} />)
    expect(list.lines()).toEqual([
      '› GPTQ-Int4   38.6 GiB  (recommended)',
      '  BF16       135.4 GiB  43 GiB short of 8 cards',
      '  AWQ         38.9 GiB',
    ])
  })

  test('cuts a long name before what is said about it', () => {
    const rows = [
      { id: 'long', value: 1, cells: ['mistralai/Mistral-Small-3.2-24B-Instruct-2506', '43.9 GiB'], remark: 'larger' },
    ]
    expect(show(<SelectList rows={rows} columns={columns} width={40} height={2} />).lines()).toEqual([
      '› mistralai/Mistral-S…  43.9 GiB  larger',
    ])
  })

  test('takes keys that come together one after the other', async () => {
    const onSelect = vi.fn()
    const list = show(<SelectList rows={methods} columns={columns} width={60} height={5} onSelect={onSelect} />)
    await list.press('down', 'down', 'enter')
    await vi.waitFor(() => expect(onSelect).toHaveBeenCalledExactlyOnceWith(methods[2]))
    await list.press('k', 'k', 'enter')
    await vi.waitFor(() => expect(onSelect).toHaveBeenLastCalledWith(methods[0]))
  })

  test('keeps the cursor with the row that it follows, until the operator moves it', async () => {
    const list = (followId: string) => (
      <SelectList rows={methods} columns={columns} width={60} height={5} followId={followId} />
    )
    const screen = show(list('gptq'))
    expect(screen.frame()).toContain('› GPTQ')
    screen.rerender(list('awq'))
    await screen.shows('› AWQ')
    await screen.press('up')
    await screen.shows('› BF16')
    screen.rerender(list('gptq'))
    await screen.shows('› BF16')
  })

  test('lets the cursor rest on a row that cannot be chosen, and does not choose it', async () => {
    const onSelect = vi.fn()
    const onHighlight = vi.fn()
    const list = show(
      <SelectList
        rows={methods}
        columns={columns}
        width={60}
        height={5}
        onSelect={onSelect}
        onHighlight={onHighlight}
      />,
    )
    await list.press('down', 'enter')
    await vi.waitFor(() => expect(onHighlight).toHaveBeenLastCalledWith(methods[1]))
    await list.press('down')
    await vi.waitFor(() => expect(onHighlight).toHaveBeenLastCalledWith(methods[2]))
    expect(onSelect).not.toHaveBeenCalled()
  })

  test('keeps the cursor on its row while rows come and go', async () => {
    const list = show(<SelectList rows={methods} columns={columns} width={60} height={5} initialId="awq" />)
    await list.shows('› AWQ')
    list.rerender(<SelectList rows={methods.slice(1)} columns={columns} width={60} height={5} initialId="awq" />)
    await list.shows('› AWQ')
    list.rerender(<SelectList rows={methods.slice(0, 2)} columns={columns} width={60} height={5} initialId="awq" />)
    await list.shows('› BF16')
  })

  test('scrolls, and says how much is below', async () => {
    const rows = Array.from({ length: 20 }, (_, index) => ({ id: `${index}`, value: index, cells: [`row ${index}`] }))
    const list = show(<SelectList rows={rows} columns={[{}]} width={30} height={5} />)
    expect(list.lines()).toEqual(['› row 0', '  row 1', '  row 2', '  row 3', '  1 of 20, 16 more below'])
    await list.press('end')
    await list.shows('› row 19')
    expect(list.lines()).toEqual(['  row 16', '  row 17', '  row 18', '› row 19', '  20 of 20'])
    await list.press('page-up')
    await list.shows('› row 16')
  })

  test('chooses by number where rows have numbers', async () => {
    const onSelect = vi.fn()
    const list = show(
      <SelectList rows={methods} columns={columns} width={60} height={5} numbered onSelect={onSelect} />,
    )
    await list.shows('›  1 GPTQ')
    await list.press('2', '3')
    await vi.waitFor(() => expect(onSelect).toHaveBeenCalledExactlyOnceWith(methods[2]))
  })

  test('tells a screen reader where the cursor is and what is not available', () => {
    const list = show(<SelectList rows={methods} columns={columns} width={60} height={5} />, { screenReader: true })
    expect(list.lines()[0]).toBe('here: GPTQ-Int4   38.6 GiB  (recommended)')
    expect(list.lines()[1]).toContain('not available')
  })
})

test('the cursor is always on a row that is shown', () => {
  const moves: SelectMove[] = ['up', 'down', 'page-up', 'page-down', 'first', 'last']
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.constantFrom(...moves)),
      (count, height, steps) => {
        const extent = { count, height }
        let state = settled({ index: 0, top: 0 }, extent)
        for (const step of steps) {
          state = moved(state, step, extent)
          expect(state.index).toBeGreaterThanOrEqual(state.top)
          expect(state.index).toBeLessThan(Math.min(count, state.top + height))
          expect(state.top).toBeLessThanOrEqual(Math.max(0, count - height))
        }
      },
    ),
  )
})

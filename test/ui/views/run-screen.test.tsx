import { describe, expect, test, vi } from 'vitest'
import { action, type Plan } from '#src/plan/plan.ts'
import type { JournalEvent, UnstampedEvent } from '#src/run/journal-event.ts'
import { BodyContext } from '#src/ui/components/body-context.ts'
import { KeyFooter } from '#src/ui/keys/key-footer.tsx'
import { LineBuffer } from '#src/ui/log-pane/line-buffer.ts'
import { RunScreen } from '#src/ui/views/run-screen.tsx'
import { interruptedRun, runView } from '#src/ui/views/run-view.ts'
import type { RunControls } from '#src/ui/views/use-run-keys.ts'
import { show } from '#test/support/component.tsx'
import { logLines } from '#test/support/log-lines.ts'

const plan: Plan = {
  schemaVersion: 1,
  recipe: 'cpu-proof',
  actions: [
    action({ id: 'uv', title: 'uv 0.13.8', reason: '', operations: [] }),
    action({ id: 'vllm', title: 'vLLM 0.32.0 for CUDA 13', reason: '', operations: [] }, { optional: true }),
    action({ id: 'proof', title: 'proof', reason: '', operations: [] }, { needs: ['vllm'] }),
  ],
  untouched: [],
}

const begun: UnstampedEvent[] = [
  { type: 'run-started', pid: 7, recipe: 'cpu-proof', asRoot: false },
  { type: 'action-started', action: 'uv', log: '/run/uv.log' },
  { type: 'action-done', action: 'uv', seconds: 0.4 },
  { type: 'action-started', action: 'vllm', log: '/run/vllm.log' },
  { type: 'action-progress', action: 'vllm', text: 'torch 2.13.0', doneBytes: 2.1e9, totalBytes: 4.3e9 },
]
const failed: UnstampedEvent[] = [
  ...begun,
  {
    type: 'action-failed',
    action: 'vllm',
    seconds: 3,
    what: 'The index does not answer.',
    why: 'The name is not known.',
    next: 'Check the network.',
    exit: 'network',
  },
  { type: 'run-finished', outcome: 'failed' },
]

function screen(events: readonly UnstampedEvent[], controls: RunControls = {}, buffer: LineBuffer | null = null) {
  const at = new Date().toISOString()
  const view = runView(
    events.map((event): JournalEvent => ({ ...event, at })),
    plan,
  )
  return show(
    <BodyContext value={{ columns: 65, rows: 20 }}>
      <RunScreen view={view} controls={controls} buffer={buffer} />
      <KeyFooter columns={78} />
    </BodyContext>,
  )
}

describe('the install screen', () => {
  test('says what is done, how far the rest is, and what it waits for', () => {
    const lines = screen(begun).lines()
    expect(lines[0]).toMatch(/^1 of 3 done · \d s · runs on without you$/)
    expect(lines.slice(2, 5)).toEqual([
      `  ✓ uv 0.13.8${' '.repeat(47)}0.4 s`,
      `› ▸ vLLM 0.32.0 for CUDA 13${' '.repeat(25)}2.1 of 4.3 GB`,
      `  ○ proof${' '.repeat(28)}waits for vLLM 0.32.0 for C…`,
    ])
    expect(lines).toContain('vLLM 0.32.0 for CUDA 13 │ torch 2.13.0')
  })

  test('offers to leave while it runs, and says in the keys what is safe', async () => {
    const leave = vi.fn()
    const run = screen(begun, { leave, retry: vi.fn(), undo: vi.fn() })
    await run.shows('d leave')
    expect(run.frame()).not.toContain('r retry')
    await run.press('d')
    await vi.waitFor(() => expect(leave).toHaveBeenCalledOnce())
  })

  test('stays on a failure, with its reason and the keys to go on', async () => {
    const retry = vi.fn()
    const run = screen(failed, { retry, undo: vi.fn(), edit: vi.fn(), leave: vi.fn() })
    await run.shows('r retry')
    expect(run.frame()).toContain('✗ vLLM 0.32.0 for CUDA 13: The index does not answer.')
    expect(run.frame()).toMatch(/why\s+The name is not known\./)
    expect(run.frame()).toMatch(/next\s+Check the network\./)
    expect(run.frame()).toMatch(/log\s+\/run\/vllm\.log/)
    expect(run.frame()).toMatch(/r retry {3}e edit {3}u undo/)
    expect(run.frame()).not.toContain('d leave')
    await run.press('r')
    await vi.waitFor(() => expect(retry).toHaveBeenCalledOnce())
  })

  test('pauses, and says that it waits for what runs', async () => {
    const pause = vi.fn()
    const run = screen(begun, { pause, stop: vi.fn() })
    await run.shows('p pause')
    await run.press('p')
    await run.shows('Pauses as soon as what runs has come to its end.')
    expect(pause).toHaveBeenCalledOnce()
    expect(run.frame()).not.toContain('p pause')
  })

  test('goes on from where it was stopped', async () => {
    const retry = vi.fn()
    const run = screen([...begun, { type: 'run-finished', outcome: 'stopped' }], { retry, edit: vi.fn() })
    await run.shows(/r go on {3}e edit/)
    await run.press('r')
    await vi.waitFor(() => expect(retry).toHaveBeenCalledOnce())
  })

  test('says that its process is gone, and goes on from there', async () => {
    const retry = vi.fn()
    const at = '2026-11-20T02:00:00.000Z'
    const events = begun.map((event): JournalEvent => ({ ...event, at }))
    const run = show(
      <BodyContext value={{ columns: 65, rows: 20 }}>
        <RunScreen view={interruptedRun(runView(events, plan), Date.parse(at))} controls={{ retry }} buffer={null} />
        <KeyFooter columns={78} />
      </BodyContext>,
    )
    expect(run.lines()[0]).toMatch(/cut off$/)
    expect(run.frame()).toContain('Its process is gone')
    await run.shows('r go on')
    await run.press('r')
    await vi.waitFor(() => expect(retry).toHaveBeenCalledOnce())
  })

  test('asks before anything is taken back, and takes no other key meanwhile', async () => {
    const undo = vi.fn()
    const retry = vi.fn()
    const run = screen(failed, { undo, retry })
    await run.press('u')
    await run.shows('enter take it back   esc leave it')
    await run.press('r', 'escape')
    await run.shows('r retry')
    expect([undo.mock.calls, retry.mock.calls]).toEqual([[], []])
    await run.press('u')
    await run.shows('enter take it back')
    await run.press('enter')
    await vi.waitFor(() => expect(undo).toHaveBeenCalledOnce())
  })

  test('offers no undo where nothing was done, or all of it was taken back', () => {
    const undone: UnstampedEvent[] = [
      ...begun,
      { type: 'run-finished', outcome: 'stopped' },
      { type: 'undo-started', pid: 7, asRoot: false },
      { type: 'action-undone', action: 'uv' },
      { type: 'run-finished', outcome: 'undone' },
    ]
    expect(screen(undone, { undo: vi.fn() }).frame()).not.toContain('u undo')
    expect(screen([], { undo: vi.fn() }).frame()).not.toContain('u undo')
  })

  test('shows the log of the action under the cursor, and comes back', async () => {
    const buffer = new LineBuffer()
    buffer.push(logLines(1, 3))
    const run = screen(begun, {}, buffer)
    await run.press('enter')
    await run.shows('log of vLLM 0.32.0 for CUDA 13')
    expect(run.frame()).toContain('line 3')
    await run.press('escape')
    await run.shows('waits for vLLM')
  })

  test('goes on with enter once everything is done', async () => {
    const next = vi.fn()
    const done: UnstampedEvent[] = [
      ...begun,
      { type: 'action-done', action: 'vllm', seconds: 9 },
      { type: 'action-done', action: 'proof', seconds: 9 },
      { type: 'run-finished', outcome: 'done' },
    ]
    const run = screen(done, { next })
    await run.shows('enter continue')
    await run.press('enter')
    await vi.waitFor(() => expect(next).toHaveBeenCalledOnce())
  })
})

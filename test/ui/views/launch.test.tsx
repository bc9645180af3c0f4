import { describe, expect, test, vi } from 'vitest'
import type { LaunchEvent } from '#src/run/launch-event.ts'
import { BodyContext } from '#src/ui/components/body-context.ts'
import { KeyFooter } from '#src/ui/keys/key-footer.tsx'
import { LineBuffer } from '#src/ui/log-pane/line-buffer.ts'
import { LaunchScreen, type LaunchScreenProps } from '#src/ui/views/launch-screen.tsx'
import { launchView, newLaunchView, reduceLaunch } from '#src/ui/views/launch-view.ts'
import { show } from '#test/support/component.tsx'
import { logLines } from '#test/support/log-lines.ts'

const GiB = 1024 ** 3
const spawned: LaunchEvent = {
  type: 'spawned',
  pid: 42,
  log: '/run/engine.log',
  host: '127.0.0.1',
  port: 8000,
  purpose: 'model',
  model: 'Qwen3-8B-AWQ',
}
const loading: LaunchEvent = { type: 'phase', phase: 'loading', text: 'loading weights, 5 of 8 shards' }
const ready: LaunchEvent = { type: 'ready', seconds: 40, models: ['Qwen3-8B-AWQ'], maxModelLen: 16384 }
const coming = (text: string): LaunchEvent => ({ type: 'generating', prompt: 'Say hello.', text })
const generated = (matches: boolean): LaunchEvent => ({
  type: 'generated',
  prompt: 'Say hello.',
  text: 'Hello there.',
  expected: matches ? null : 'Hello.',
  matches,
  firstTokenMilliseconds: 84.4,
  tokensPerSecond: 41.27,
  completionTokens: 12,
})

function viewOf(...events: LaunchEvent[]) {
  return events.reduce((view, event, index) => reduceLaunch(view, event, index * 1000), newLaunchView)
}

describe('a launch reduced from its journal', () => {
  test.each<[string, LaunchEvent[], object]>([
    ['begins', [], { state: 'waiting', pid: null }],
    ['starts', [spawned, loading], { state: 'starting', pid: 42, address: '127.0.0.1:8000', phase: 'loading' }],
    ['answers', [spawned, loading, ready], { state: 'ready', readySeconds: 40, maxModelLen: 16384, text: '' }],
    ['is proved', [spawned, ready, coming('He'), generated(true)], { state: 'proved' }],
    ['answers wrongly', [spawned, ready, generated(true), generated(false)], { state: 'wrong' }],
    ['ends by itself', [spawned, { type: 'exited', code: 1, signal: null }], { state: 'failed', exit: { code: 1 } }],
    [
      'is stopped',
      [spawned, ready, generated(true), { type: 'stopped', seconds: 3 }],
      { state: 'proved', after: 'stopped' },
    ],
    ['is left running', [spawned, ready, { type: 'kept', pid: 42 }], { after: 'kept', endedAt: 2000 }],
    ['begins anew', [spawned, { type: 'exited', code: 1, signal: null }, spawned], { state: 'starting', exit: null }],
  ])('%s', (_, events, expected) => expect(viewOf(...events)).toMatchObject(expected))

  test('is over with its run, even where the engine itself said nothing at its end', () => {
    const at = '2026-11-20T02:00:00.000Z'
    const view = launchView([
      { type: 'launch', at, action: 'proof', event: spawned },
      { type: 'run-finished', at, outcome: 'stopped' },
    ])
    expect(view).toMatchObject({ state: 'starting', after: 'stopped', endedAt: Date.parse(at) })
    expect(screen({ view }).lines()[0]).toMatch(/was stopped before it was proved/)
  })

  test('an answer that is coming is one answer', () => {
    const { answers } = viewOf(spawned, ready, coming('He'), coming('Hello'), generated(true), generated(true))
    expect(answers.map(({ text }) => text)).toEqual(['Hello there.', 'Hello there.'])
  })

  test('of one action leaves out those of others', () => {
    const at = '2026-11-20T02:00:00.000Z'
    const events = [
      { type: 'launch' as const, at, action: 'proof', event: spawned },
      { type: 'launch' as const, at, action: 'model', event: { ...spawned, pid: 43 } },
    ]
    expect([launchView(events, 'proof').pid, launchView(events).pid]).toEqual([42, 43])
  })
})

function screen(props: Partial<LaunchScreenProps>, lines = 20) {
  const buffer = new LineBuffer()
  buffer.push(logLines(1, lines))
  return show(
    <BodyContext value={{ columns: 78, rows: 20 }}>
      <LaunchScreen view={viewOf(spawned, loading)} buffer={buffer} controls={{}} {...props} />
      <KeyFooter columns={78} />
    </BodyContext>,
  )
}

const diagnosis = {
  explanation: 'The KV cache is too small for length 32768: 3.06 GiB there, 5.62 needed.',
  evidence: [{ line: 7, text: '' }],
  fixes: [
    {
      title: 'length 17,840',
      change: { kind: 'recipe' as const, set: { 'layout.maxModelLen': 17840 } },
      why: 'It keeps everything else.',
      risk: null,
    },
    {
      title: 'utilization 0.95',
      change: { kind: 'recipe' as const, set: { 'layout.utilization': 0.95 } },
      why: 'More room.',
      risk: 'Little is left.',
    },
  ],
}

describe('the launch screen', () => {
  test('says what the engine is doing over its log', () => {
    const launch = screen({})
    expect(launch.lines()[0]).toMatch(/^▸ Qwen3-8B-AWQ: loading weights, 5 of 8 shards/)
    expect(launch.frame()).toContain('engine log')
    expect(launch.frame()).toContain('line 20')
  })

  test('has a gauge for each memory, one for all GPUs where there are many, and a dash for what is not known', () => {
    const gpus = Array.from({ length: 8 }, (_, index) => ({
      label: `GPU${index}`,
      usedBytes: (6 + index / 10) * GiB,
      totalBytes: 12 * GiB,
    }))
    const launch = screen({ gauges: [...gpus, { label: 'swap', usedBytes: null, totalBytes: 64 * GiB }] })
    expect(launch.frame()).toMatch(/8 GPUs [▓░]{10} 6\.0-6\.7\/12\.0/)
    expect(launch.frame()).toMatch(/swap ·{10} -\/64\.0/)
  })

  test('says what is wrong, shows the line that says so, and applies the fix under the cursor', async () => {
    const applyFix = vi.fn()
    const launch = screen({ diagnosis, controls: { applyFix } })
    await launch.shows('enter apply and start again   l see line 7')
    expect(launch.frame()).toContain('✗ Qwen3-8B-AWQ does not start; it got to: loading weights')
    expect(launch.frame()).toContain('✗ The KV cache is too small for length 32768')
    expect(launch.frame()).toMatch(/› {2}1 length 17,840 .*\(recommended\)/)
    await launch.press('l')
    await launch.shows('line 7 of 20')
    await launch.press('down', 'enter')
    await vi.waitFor(() => expect(applyFix).toHaveBeenCalledExactlyOnceWith(diagnosis.fixes[1]))
  })

  test('offers no key for what has to be done by hand, and shows the command', async () => {
    const change = { kind: 'command' as const, argv: ['apt-get', 'install', 'gcc'], needsRoot: true }
    const byHand = { title: 'install a compiler', change, why: 'The kernels are built here.', risk: null }
    const applyFix = vi.fn()
    const launch = screen({ diagnosis: { ...diagnosis, fixes: [byHand] }, controls: { applyFix } })
    await launch.shows('$ apt-get install gcc')
    await launch.press('enter', 'l')
    await launch.shows('line 7 of 20')
    expect(applyFix).not.toHaveBeenCalled()
  })

  test('leads back to the actions of the run once the launch is over', async () => {
    const back = vi.fn()
    const launch = screen({ diagnosis, controls: { back } })
    await launch.shows('esc back')
    await launch.press('escape')
    await vi.waitFor(() => expect(back).toHaveBeenCalledOnce())
  })

  test('shows the answer with its figures', async () => {
    const next = vi.fn()
    const launch = screen({
      view: viewOf(spawned, ready, generated(true), { type: 'stopped', seconds: 50 }),
      controls: { next, retry: vi.fn(), edit: vi.fn() },
    })
    // Nothing is left to be tried again.
    await launch.shows(/enter continue {3}e edit/)
    expect(launch.lines()[0]).toMatch(/^✓ Qwen3-8B-AWQ works, and was stopped/)
    expect(launch.frame()).toContain('✓ Hello there.')
    expect(launch.frame()).toContain('first token 84 ms   41.3 tokens/s   12 tokens')
    await launch.press('enter')
    await vi.waitFor(() => expect(next).toHaveBeenCalledOnce())
  })

  test('copies what is offered, and says so in the key', async () => {
    const launch = screen({ controls: { copy: { text: () => 'some lines', what: 'log' } } })
    await launch.shows('c copy log')
    await launch.press('c')
    await launch.shows('c log copied')
  })

  test('says what was expected where the answer is wrong', () => {
    const launch = screen({ view: viewOf(spawned, ready, generated(false)) })
    expect(launch.lines()[0]).toMatch(/^✗ .* answers, but not what it should/)
    expect(launch.frame()).toContain('✗ Hello there. (expected: Hello.)')
  })
})

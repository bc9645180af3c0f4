import { describe, expect, test } from 'vitest'
import { type Binding, bind, commands } from '#src/ui/keys/commands.ts'
import { keyHintsOf } from '#src/ui/keys/key-hints.ts'
import { type KeyGroup, type KeyLayer, KeyRegistry, reachable } from '#src/ui/keys/key-registry.ts'

function registryWith(...groups: Partial<KeyGroup>[]): KeyRegistry {
  const registry = new KeyRegistry()
  for (const group of groups) {
    registry.set({}, { layer: 'screen', bindings: [], exclusive: false, onText: undefined, ...group })
  }
  return registry
}

function recorder() {
  const told: string[] = []
  const on = (key: string, name: string, always = false): Binding =>
    bind({ keys: [key], label: name, help: '' }, () => told.push(name), { always })
  return { told, on }
}

describe('who gets a key', () => {
  test('the layer on top', () => {
    const { told, on } = recorder()
    const layers: KeyLayer[] = ['frame', 'dialog', 'screen', 'component']
    const registry = registryWith(...layers.map((layer) => ({ layer, bindings: [on('x', layer)] })))
    registry.press({ name: 'x', text: 'x' })
    expect(told).toEqual(['dialog'])
  })

  test('within a layer, who came last', () => {
    const { told, on } = recorder()
    registryWith({ bindings: [on('x', 'first')] }, { bindings: [on('x', 'second')] }).press({ name: 'x', text: 'x' })
    expect(told).toEqual(['second'])
  })

  test('under an exclusive group only what works always', () => {
    const { told, on } = recorder()
    const registry = registryWith(
      { layer: 'frame', bindings: [on('q', 'quit'), on('ctrl-c', 'interrupt', true)] },
      { layer: 'dialog', exclusive: true },
    )
    expect(registry.press({ name: 'q', text: 'q' })).toBe(false)
    expect(registry.press({ name: 'ctrl-c', text: '' })).toBe(true)
    expect(told).toEqual(['interrupt'])
  })

  test('a group that takes text gets what it has not bound', () => {
    const typed: string[] = []
    const { told, on } = recorder()
    const registry = registryWith(
      { bindings: [on('q', 'quit')] },
      { layer: 'dialog', exclusive: true, bindings: [on('enter', 'apply')], onText: (text) => typed.push(text) },
    )
    registry.press({ name: 'q', text: 'q' })
    registry.press({ name: 'enter', text: '' })
    registry.paste('pasted')
    expect({ told, typed }).toEqual({ told: ['apply'], typed: ['q', 'pasted'] })
  })

  test('pasted text presses no keys', () => {
    const { told, on } = recorder()
    registryWith({ bindings: [on('q', 'quit')] }).paste('q')
    expect(told).toEqual([])
  })
})

test('listeners hear of what can be seen, and only of that', () => {
  const registry = new KeyRegistry()
  const owner = {}
  let heard = 0
  registry.subscribe(() => {
    heard += 1
  })
  const group = (label: string): KeyGroup => ({
    layer: 'screen',
    bindings: [bind(commands.save, () => {}, { label })],
    exclusive: false,
    onText: undefined,
  })
  registry.set(owner, group('save'))
  registry.set(owner, group('save'))
  expect(heard).toBe(1)
  registry.set(owner, group('store'))
  registry.remove(owner)
  registry.remove(owner)
  expect(heard).toBe(3)
})

test('the footer shows each key once, and not what a dialog covers', () => {
  const { on } = recorder()
  const registry = registryWith(
    { layer: 'frame', bindings: [on('q', 'quit'), on('?', 'help', true)] },
    { layer: 'screen', bindings: [on('enter', 'continue'), on('s', 'save')] },
    { layer: 'component', bindings: [on('enter', 'choose')] },
  )
  expect(reachable(registry.active()).map((entry) => entry.label)).toEqual(['choose', 'save', 'quit', 'help'])
  registry.set({}, { layer: 'dialog', bindings: [on('escape', 'close')], exclusive: true, onText: undefined })
  expect(reachable(registry.active()).map((entry) => entry.label)).toEqual(['close', 'help'])
})

test.each([
  [80, ['e evidence', 's save', '/ search', '? help', 'q quit']],
  [34, ['e evidence', '? help', 'q quit']],
  [5, ['? help', 'q quit']],
])('hints in %i columns', (columns, expected) => {
  const bindings = [commands.search, commands.help, commands.evidence, commands.quit, commands.up, commands.save]
  const hints = keyHintsOf(
    bindings.map((command) => bind(command, () => {})),
    columns,
  )
  expect(hints.map(({ key, label }) => `${key} ${label}`)).toEqual(expected)
})

import { expect, test } from 'vitest'
import { known } from '#src/machine/fact.ts'
import { readMachine } from '#src/machine/read-machine.ts'
import { initialState, stepAfter, type WizardAction, wizardReducer } from '#src/wizard/wizard-state.ts'

function after(...actions: WizardAction[]) {
  return actions.reduce(wizardReducer, initialState())
}

test('back keeps answers, and what was reached stays reached', () => {
  const state = after(
    { type: 'go', to: 'model' },
    { type: 'pick', step: 'model', choice: 'proof' },
    { type: 'go', to: 'engine' },
    { type: 'back' },
    { type: 'back' },
  )
  expect(state).toMatchObject({ place: 'hardware', reached: 'engine', answers: { picks: { model: 'proof' } } })
})

test('a field set to undefined goes back to what is recommended', () => {
  const set = after({ type: 'field', path: 'server.port', value: 9000 })
  expect(set.answers.fields).toEqual({ 'server.port': 9000 })
  expect(wizardReducer(set, { type: 'field', path: 'server.port', value: undefined }).answers.fields).toEqual({})
})

test('neither end can be left', () => {
  expect(after({ type: 'back' }).place).toBe('hardware')
  expect(stepAfter('recipe', null)).toBe('recipe')
})

test('a run that is attached to opens on the install screen', () => {
  expect(initialState(undefined, '/runs/1').place).toBe('install')
})

test('a row that is picked takes back the settings that it decides itself, and no others', () => {
  const state = after(
    { type: 'field', path: 'engine.version', value: '0.10.2' },
    { type: 'field', path: 'server.port', value: 9000 },
    { type: 'pick', step: 'engine', choice: 'ollama', decides: ['engine.route', 'engine.version'] },
  )
  expect(state.answers).toMatchObject({ picks: { engine: 'ollama' }, fields: { 'server.port': 9000 } })
  expect(state.answers.fields).not.toHaveProperty(['engine.version'])
})

test('corrections hold however often the machine is read, and the network is not asked again', async () => {
  const machine = await readMachine('mining-rig')
  const asked = { ...machine, network: known([]) }
  const state = after(
    { type: 'machine', machine, whole: true },
    { type: 'correct', correction: 'gpus[0].memoryTotalBytes=10GiB' },
    { type: 'update', machine: asked },
    { type: 'machine', machine: { ...machine, gpus: [] }, whole: false },
    { type: 'machine', machine, whole: true },
  )
  expect(state.machine?.gpus[0]?.memoryTotalBytes.value).toBe(10 * 2 ** 30)
  expect(state.machine?.gpus).toHaveLength(8)
  expect(state.machine?.network.value).toEqual([])
})

test.each([
  ['hardware', null, 'model'],
  ['memory', null, 'review'],
  ['hardware', [], 'review'],
  ['hardware', ['engine', 'memory'], 'engine'],
  ['engine', ['engine', 'memory'], 'memory'],
  ['memory', ['engine', 'memory'], 'review'],
] as const)('after %s, with %j in question, comes %s', (place, asked, next) => {
  expect(stepAfter(place, asked?.map((step) => ({ step })) ?? null)).toBe(next)
})

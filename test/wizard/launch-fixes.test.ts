import { describe, expect, test } from 'vitest'
import { diagnoseText } from '#src/diagnosis/diagnose.ts'
import type { Diagnosis } from '#src/diagnosis/schema.ts'
import { type FailedStart, withRetryLadder } from '#src/wizard/launch-fixes.ts'
import { emptyRecipe } from '#steps/answers.ts'
import { shippedMachine } from '../advice/machines.ts'

const base = emptyRecipe('x')
const start: FailedStart = {
  recipe: {
    ...base,
    engine: { ...base.engine, route: 'vllm-cuda-wheel', version: '0.11.0' },
    layout: { ...base.layout, gpus: [4], utilization: 0.75 },
  },
  machine: shippedMachine('shared-a100'),
  attempts: 1,
  changed: [],
}

function failedFor(cause: Diagnosis['cause'], fixes: Diagnosis['fixes'] = []): Diagnosis {
  return { ...diagnoseText(''), cause, fixes }
}

/** The change that the rung offers, as it would go into the answers; undefined where none is offered. */
function rungOf(more: Partial<FailedStart>, fixes: Diagnosis['fixes'] = []) {
  const diagnosis = withRetryLadder(failedFor('memory-profiling-assert', fixes), { ...start, ...more })
  expect(diagnosis.fixes.slice(0, fixes.length)).toEqual(fixes)
  const change = diagnosis.fixes[fixes.length]?.change
  return change?.kind === 'recipe' ? change.set : undefined
}

describe('a start that failed for the memory of its card', () => {
  test('is tried on another card first, and then rung by rung', () => {
    const card = rungOf({})
    expect(Object.keys(card ?? {})).toEqual(['layout.gpus'])
    const changed: string[] = ['layout.gpus']
    expect(rungOf({ changed })).toEqual({})
    expect(rungOf({ changed, attempts: 2 })).toEqual({ 'layout.utilization': 0.675 })
    changed.push('layout.utilization')
    expect(rungOf({ changed, attempts: 2 })).toEqual({ 'engine.compilation': 'none' })
    changed.push('engine.compilation')
    expect(rungOf({ changed, attempts: 2 })).toEqual({ 'server.arguments.enable-prefix-caching': false })
    changed.push('server.arguments.enable-prefix-caching')
    expect(rungOf({ changed, attempts: 2 })).toBeUndefined()
  })

  test('is not offered twice what the diagnosis offers already', () => {
    const own = {
      title: 'utilization 0.675',
      change: { kind: 'recipe' as const, set: { 'layout.utilization': 0.675 } },
      why: '',
      risk: null,
    }
    expect(rungOf({ changed: ['layout.gpus'], attempts: 2 }, [own])).toEqual({ 'engine.compilation': 'none' })
  })

  test.each(['port-in-use', 'root-cause-not-in-log', null] as const)('of %s the ladder knows nothing', (cause) => {
    const diagnosis = failedFor(cause)
    expect(withRetryLadder(diagnosis, start)).toBe(diagnosis)
  })
})

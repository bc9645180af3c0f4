import { describe, expect, test } from 'vitest'
import { inOrder } from '#src/plan/order.ts'
import { type Action, action } from '#src/plan/plan.ts'

function act(id: string, ...needs: string[]): Action {
  return action({ id, title: id, reason: '', operations: [] }, { needs })
}

function order(...actions: Action[]): string {
  return inOrder(actions)
    .map(({ id }) => id)
    .join(' ')
}

describe('actions', () => {
  test('stay as they are where they are in order', () => {
    expect(order(act('b'), act('a'), act('c', 'a'))).toBe('b a c')
  })

  test('come after what they need', () => {
    expect(order(act('proof', 'install', 'model'), act('install', 'uv'), act('model'), act('uv'))).toBe(
      'uv install model proof',
    )
  })

  test.each([
    ['actions need each other: a -> b -> a', [act('a', 'b'), act('b', 'a')]],
    ['a needs b, which is not in the plan', [act('a', 'b')]],
    ['two actions are called a', [act('a'), act('a')]],
  ])('%s: a defect', (message, actions) => {
    expect(() => inOrder(actions)).toThrow(message)
  })
})

import type { Advice } from './advice.ts'

type Required = Pick<Advice, 'id' | 'about' | 'what' | 'why' | 'source'>

/** An advice with the usual defaults: no facts named, certain. */
export function makeAdvice(
  kind: Advice['kind'],
  required: Required,
  rest: Partial<Omit<Advice, keyof Required | 'kind'>> = {},
): Advice {
  return { kind, facts: [], sure: 'certain', ...required, ...rest }
}

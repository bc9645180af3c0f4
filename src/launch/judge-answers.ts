import { printableLine } from '../core/printable.ts'
import { Problem } from '../core/problem.ts'
import type { Serve } from '../plan/serve.ts'

type Prompt = Serve['prompts'][number]

/** One question, what should have come, and what came. */
export type Answer = { readonly prompt: Prompt; readonly text: string; readonly matches: boolean }

const shownCharacters = 200
const repetitionLength = 12

/** True where the answer is the known one, or, where none is known, is a text at all. */
export function isRight({ expected }: Prompt, text: string): boolean {
  return expected === undefined ? !looksBroken(text) : text.trim() === expected.trim()
}

/**
 * Text that no working model writes: nothing, one character over and over (broken kernels end in `!!!!`, the token 0 of many
 * vocabularies), or bytes that make no characters.
 */
export function looksBroken(text: string): boolean {
  const visible = [...text.replace(/\s/g, '')]
  if (visible.length === 0) return true
  const lost = visible.filter((character) => character === '\u{fffd}').length
  if (lost > visible.length / 4) return true
  return visible.length >= repetitionLength && new Set(visible).size === 1
}

/** The Problem of answers that came and are wrong; both texts of the first are in it. */
export function wrongAnswers(answers: readonly Answer[], alarm: string | undefined): Problem | null {
  const wrong = answers.filter(({ matches }) => !matches)
  const [first] = wrong
  if (!first) return null
  const { expected } = first.prompt
  const came = first.text.trim() === '' ? 'nothing' : `"${show(first.text)}"`
  const isAlarm = alarm !== undefined && wrong.some(({ text }) => text.trim() === alarm)
  return new Problem({
    what: `Tokens come out, but the wrong ones: ${wrong.length} of ${answers.length} answers.`,
    why: [
      expected === undefined ? `It answered ${came}.` : `It answered ${came} instead of "${show(expected)}".`,
      ...(isAlarm ? ['The proof model says this when what one worker computes does not reach the others.'] : []),
    ].join(' '),
    next: isAlarm
      ? 'test the links between the cards: NCCL_P2P_DISABLE=1, or pipeline instead of tensor parallel'
      : 'try without compilation and graphs (--compilation none), then another attention backend or another version',
    exit: 'failed',
  })
}

function show(text: string): string {
  const line = printableLine(text).trim()
  return line.length > shownCharacters ? `${line.slice(0, shownCharacters)}...` : line
}

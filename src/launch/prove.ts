import type { Serve } from '../plan/serve.ts'
import type { LaunchEvent } from '../run/launch-event.ts'
import type { ApiClient } from './api-client.ts'
import { generate } from './generate.ts'
import { type Answer, isRight, wrongAnswers } from './judge-answers.ts'

/** A screen shows at most so many pieces a second; the whole answer always comes. */
const pieceMilliseconds = 200

/** Asks every question of a test and measures the answers. Throws a Problem where one does not come, or is wrong. */
export async function prove(
  serve: Serve,
  client: ApiClient,
  signal: AbortSignal,
  emit: (event: LaunchEvent) => void,
): Promise<void> {
  const answers: Answer[] = []
  for (const prompt of serve.prompts) {
    let told = Number.NEGATIVE_INFINITY
    const generated = await generate(client, {
      model: serve.servedName,
      prompt: prompt.prompt,
      maxTokens: prompt.maxTokens,
      stallSeconds: serve.stallSeconds,
      signal,
      onText(text) {
        if (performance.now() - told < pieceMilliseconds) return
        told = performance.now()
        emit({ type: 'generating', prompt: prompt.prompt, text })
      },
    })
    const matches = isRight(prompt, generated.text)
    answers.push({ prompt, text: generated.text, matches })
    emit({ type: 'generated', prompt: prompt.prompt, expected: prompt.expected ?? null, matches, ...generated })
  }
  const problem = wrongAnswers(answers, serve.alarm)
  if (problem) throw problem
}

import { EventSourceParserStream } from 'eventsource-parser/stream'
import * as z from 'zod'
import { messageOf, Problem } from '../core/problem.ts'
import { type ApiClient, errorMessage, readText } from './api-client.ts'

type GenerateRequest = {
  readonly model: string
  readonly prompt: string
  readonly maxTokens: number
  /** Gives up when no piece of the answer comes for that long. */
  readonly stallSeconds: number
  readonly signal: AbortSignal
  /** Each piece of the answer, as it comes. */
  readonly onText?: (text: string) => void
}

type Generated = {
  readonly text: string
  /** From sending the request to the first piece of the answer. */
  readonly firstTokenMilliseconds: number
  /** Of the tokens after the first; of all, from the request on, where there is only one or the answer came at once. */
  readonly tokensPerSecond: number
  readonly completionTokens: number
}

/** Characters; a piece of an answer has some hundreds. */
const longestEvent = 1024 * 1024
/** A piece is one token or more; some servers send an empty one first. */
const spareTokens = 8
/** Pieces that are less apart came together. */
const burstMilliseconds = 0.3

const chunkSchema = z.object({
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            // What a thinking model says first; vLLM renamed the field in 0.12.
            reasoning: z.string().nullish(),
            reasoning_content: z.string().nullish(),
          })
          .nullish(),
      }),
    )
    .default([]),
  usage: z.object({ completion_tokens: z.number().int() }).nullish(),
  error: z.union([z.string(), z.object({ message: z.string() })]).nullish(),
})

/** Asks for one answer at temperature 0 and measures it. Throws a Problem where none comes. */
export async function generate(client: ApiClient, request: GenerateRequest): Promise<Generated> {
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(), request.stallSeconds * 1000)
  const begin = performance.now()
  let first: number | null = null
  let pieces = 0
  let moments = 0
  let lastPiece = Number.NEGATIVE_INFINITY
  let tokens: number | null = null
  let answer = ''
  let thoughts = ''
  try {
    const signal = AbortSignal.any([request.signal, silence.signal])
    const response = await client.request('/v1/chat/completions', signal, body(request))
    if (!response.ok || !response.body) throw refused(response.status, await readText(response))
    if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
      throw notAnAnswer(await readText(response))
    let done = false
    for await (const data of eventsOf(response.body)) {
      timer.refresh()
      if (data === '[DONE]') {
        done = true
        break
      }
      const { choices, usage, error } = parseChunk(data)
      if (error) throw failedMidway(typeof error === 'string' ? error : error.message)
      tokens = usage?.completion_tokens ?? tokens
      const delta = choices[0]?.delta
      const thought = delta?.reasoning ?? delta?.reasoning_content ?? ''
      const text = delta?.content ?? ''
      if (thought === '' && text === '') continue
      const now = performance.now()
      first ??= now
      if (now - lastPiece > burstMilliseconds) moments += 1
      lastPiece = now
      pieces += 1
      if (pieces > request.maxTokens + spareTokens) throw endless(request.maxTokens)
      thoughts += thought
      answer += text
      request.onText?.(answer || thoughts)
    }
    if (!done) throw failedMidway('The connection was closed before the answer was complete.')
  } catch (error) {
    request.signal.throwIfAborted()
    if (silence.signal.aborted) throw silent(request.stallSeconds)
    throw error instanceof Problem ? error : failedMidway(messageOf(error))
  } finally {
    clearTimeout(timer)
  }
  const end = performance.now()
  const completionTokens = tokens ?? pieces
  // Pieces that come together were held back on the way: what lies between them is not how long they took.
  const later = completionTokens > 1 && moments > 2 && moments > pieces / 4
  const spanSeconds = Math.max(0.001, (end - (later ? (first ?? begin) : begin)) / 1000)
  return {
    text: answer || thoughts,
    firstTokenMilliseconds: (first ?? end) - begin,
    tokensPerSecond: (later ? completionTokens - 1 : completionTokens) / spanSeconds,
    completionTokens,
  }
}

function body({ model, prompt, maxTokens }: GenerateRequest): unknown {
  return {
    model,
    messages: [{ role: 'user', content: prompt }],
    max_tokens: maxTokens,
    temperature: 0,
    stream: true,
    stream_options: { include_usage: true },
  }
}

async function* eventsOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const events = stream
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream({ maxBufferSize: longestEvent }))
  for await (const { data } of events) yield data
}

function parseChunk(data: string): z.infer<typeof chunkSchema> {
  try {
    return chunkSchema.parse(JSON.parse(data))
  } catch (error) {
    throw notAnAnswer(data, error)
  }
}

function notAnAnswer(data: string, cause?: unknown): Problem {
  return new Problem({
    what: 'The server answers, but not with a chat completion.',
    why: `It sent: ${errorMessage(data) || 'nothing'}`,
    next: 'look at what listens on this port',
    exit: 'failed',
    cause,
  })
}

const notRunning = 'The server says that it is ready, but it does not generate.'

function refused(status: number, text: string): Problem {
  return new Problem({
    what: notRunning,
    why: `It answered the request with HTTP ${status}: ${errorMessage(text) || 'nothing else'}`,
    next: 'read the end of its log',
    exit: 'failed',
  })
}

function failedMidway(message: string): Problem {
  return new Problem({ what: notRunning, why: errorMessage(message), next: 'read the end of its log', exit: 'failed' })
}

function silent(seconds: number): Problem {
  return new Problem({
    what: notRunning,
    why: `Not one token came within ${seconds} s.`,
    next: 'read the end of its log; cards that wait for each other look like this',
    exit: 'failed',
  })
}

function endless(maxTokens: number): Problem {
  return new Problem({
    what: 'The answer does not end.',
    why: `More than the ${maxTokens} tokens came that were asked for.`,
    next: 'read the end of its log; the server does not keep to the OpenAI API',
    exit: 'failed',
  })
}

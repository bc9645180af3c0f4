import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import * as z from 'zod'
import { hasCode, messageOf } from '../../core/problem.ts'
import { runProgram } from '../run-program.ts'

type Variables = Readonly<Record<string, string>>

/** One line of what the daemon tells while it pulls (Docker Engine API, ImageCreate). */
const pullEventSchema = z.object({
  id: z.string().optional(),
  status: z.string().default(''),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).optional(),
  error: z.string().optional(),
})
export type PullEvent = z.infer<typeof pullEventSchema>

/**
 * The socket of the docker daemon that the `docker` command of this environment talks to; null where that is no local socket. The command
 * itself is asked, because contexts and DOCKER_HOST decide.
 */
export async function dockerSocket(): Promise<string | null> {
  const host = await runProgram(['docker', 'context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'])
  return /^unix:\/\/(\/\S+)\s*$/.exec(host)?.[1] ?? null
}

const configSchema = z.object({
  auths: z.record(z.string(), z.unknown()).optional(),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
})

/** True where `docker login` left something for an image's registry: then docker itself pulls, and no password passes through rigup. */
export async function hasLogin(image: string, environment: Variables): Promise<boolean> {
  const folder = environment.DOCKER_CONFIG ?? join(environment.HOME ?? '/root', '.docker')
  try {
    const { auths, credsStore, credHelpers } = configSchema.parse(
      JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')),
    )
    const registry = registryOf(image)
    const names = Object.keys({ ...auths, ...credHelpers })
    return credsStore !== undefined || names.some((name) => name.replace(/^https?:\/\//, '').split('/')[0] === registry)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false
    // What cannot be read here, docker may read.
    return true
  }
}

/** `index.docker.io` for what names no registry, as docker keeps its logins. */
export function registryOf(image: string): string {
  const [first = ''] = image.split('/')
  const isRegistry = image.includes('/') && (/[.:]/.test(first) || first === 'localhost')
  return isRegistry && first !== 'docker.io' ? first : 'index.docker.io'
}

/** A daemon that says nothing for so long is given up. */
const silenceMilliseconds = 10 * 60_000

/**
 * Has the daemon pull an image; each line that it tells is passed on. Throws an Error with the daemon's own words where it cannot. An abort
 * ends the pull in the daemon too.
 */
export async function pullByApi(
  socketPath: string,
  image: string,
  signal: AbortSignal,
  onEvent: (event: PullEvent) => void,
): Promise<void> {
  const [name, tag] = splitReference(image)
  const path = `/images/create?${new URLSearchParams({ fromImage: name, tag })}`
  const asked = request({ socketPath, path, method: 'POST', signal, timeout: silenceMilliseconds })
  asked.on('timeout', () => asked.destroy(new Error(`the daemon was silent for ${silenceMilliseconds / 60_000} min`)))
  asked.end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  if (response.statusCode !== 200) throw new Error(messageIn(await text(response)))
  for await (const line of createInterface({ input: response })) {
    const event = eventOf(line)
    if (event?.error !== undefined) throw new Error(event.error)
    if (event !== null) onEvent(event)
  }
}

/** Name, and tag or digest: the API takes both as `tag`. */
function splitReference(image: string): [string, string] {
  const [name = '', digest] = image.split('@')
  if (digest !== undefined) return [name, digest]
  const tag = /:([^:/]+)$/.exec(name)?.[1]
  return tag === undefined ? [name, 'latest'] : [name.slice(0, -tag.length - 1), tag]
}

function eventOf(line: string): PullEvent | null {
  try {
    return pullEventSchema.parse(JSON.parse(line))
  } catch {
    return null
  }
}

function messageIn(body: string): string {
  try {
    return z.object({ message: z.string() }).parse(JSON.parse(body)).message
  } catch (error) {
    return body || messageOf(error)
  }
}

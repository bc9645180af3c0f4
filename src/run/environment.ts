import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { Environment } from '../core/directories.ts'
import { hasCode } from '../core/problem.ts'
import { isSecretName } from '../core/redact.ts'
import { writeNew } from './owned-file.ts'

type Variables = Readonly<Record<string, string>>

const variablesSchema = z.record(z.string(), z.string())

function environmentPath(runDirectory: string): string {
  return join(runDirectory, 'environment.json')
}

/**
 * Hands the operator's environment to a worker that is started by somebody else (sudo, systemd): in a file of mode 600,
 * because a command line can be read by everybody on the machine. Secrets that no tool of a plan reads stay out.
 */
export async function leaveEnvironment(runDirectory: string, environment: Environment): Promise<void> {
  await dropEnvironment(runDirectory)
  const variables = Object.entries(defined(environment)).filter(([name, value]) => isHandedOver(name, value))
  await writeNew(environmentPath(runDirectory), JSON.stringify(Object.fromEntries(variables)), null)
}

/** Removes what was left by `leaveEnvironment`: of a run that did not begin, nobody else would. */
export async function dropEnvironment(runDirectory: string): Promise<void> {
  await rm(environmentPath(runDirectory), { force: true })
}

/** Reads what was left by `leaveEnvironment`, and removes it: it may hold tokens. Null where there is none that can be read. */
export async function takeEnvironment(runDirectory: string): Promise<Variables | null> {
  const text = await readFile(environmentPath(runDirectory), 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  })
  if (text === null) return null
  await dropEnvironment(runDirectory)
  return parsed(text)
}

function parsed(text: string): Variables | null {
  try {
    return variablesSchema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

/** The hub, the tools that install packages, and containers take their credentials from variables. */
const credentialsOfTools = /^(HF_|HUGGING_FACE_|UV_|PIP_|DOCKER_|REGISTRY_)/

function isHandedOver(name: string, value: string): boolean {
  const isSecret = isSecretName(name) || passwordsIn(value).length > 0
  return !isSecret || credentialsOfTools.test(name) || proxyNames.includes(name)
}

/** Passwords of addresses: `scheme://user:password@host`. */
function passwordsIn(value: string): string[] {
  return Array.from(value.matchAll(/:\/\/[^/?#\s:@]*:([^/?#\s@]+)@/g), ([, password = '']) => password)
}

export function defined(environment: Environment): Record<string, string> {
  const entries = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(entries)
}

const proxyNames = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'].flatMap((name) => [name, name.toUpperCase()])

/** Where root looks for programs. */
export const rootPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What an action of root's sees: nothing of the operator's but the proxies, so that nobody's variables steer root's programs. */
export function rootEnvironment(operator: Environment): Record<string, string> {
  const proxies = proxyNames.map((name): [string, string | undefined] => [name, operator[name]])
  return {
    ...defined(Object.fromEntries(proxies)),
    PATH: rootPath,
    HOME: '/root',
    USER: 'root',
    LANG: 'C.UTF-8',
    DEBIAN_FRONTEND: 'noninteractive',
  }
}

/** What must not reach a log: the values of variables whose names say so, and passwords in addresses. */
export function secretsOf(environment: Environment): string[] {
  return Object.entries(environment).flatMap(([name, value = '']) => [
    ...(value !== '' && isSecretName(name) ? [value] : []),
    ...passwordsIn(value),
  ])
}

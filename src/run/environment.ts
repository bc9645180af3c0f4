import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { Environment } from '../core/directories.ts'
import { hasCode } from '../core/problem.ts'
import { isSecretName } from '../core/redact.ts'

type Variables = Readonly<Record<string, string>>

const variablesSchema = z.record(z.string(), z.string())

function environmentPath(runDirectory: string): string {
  return join(runDirectory, 'environment.json')
}

/**
 * Hands the operator's environment to a worker that is started by somebody else (sudo, systemd): in a file of mode 600,
 * because a command line can be read by everybody on the machine.
 */
export async function leaveEnvironment(runDirectory: string, environment: Environment): Promise<void> {
  const path = environmentPath(runDirectory)
  await rm(path, { force: true })
  await writeFile(path, JSON.stringify(defined(environment)), { mode: 0o600, flag: 'wx' })
}

/** Reads what was left by `leaveEnvironment`, and removes it: it may hold tokens. Null where there is none. */
export async function takeEnvironment(runDirectory: string): Promise<Variables | null> {
  const path = environmentPath(runDirectory)
  try {
    const variables = variablesSchema.parse(JSON.parse(await readFile(path, 'utf8')))
    await rm(path, { force: true })
    return variables
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}

export function defined(environment: Environment): Record<string, string> {
  const entries = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(entries)
}

const proxyNames = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'].flatMap((name) => [name, name.toUpperCase()])

/** What an action of root's sees: nothing of the operator's but the proxies, so that nobody's variables steer root's programs. */
export function rootEnvironment(operator: Environment): Record<string, string> {
  const proxies = proxyNames.map((name): [string, string | undefined] => [name, operator[name]])
  return {
    ...defined(Object.fromEntries(proxies)),
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    USER: 'root',
    LANG: 'C.UTF-8',
    DEBIAN_FRONTEND: 'noninteractive',
  }
}

/** The values that must not reach a log: those of variables whose names say so. */
export function secretsOf(environment: Environment): string[] {
  return Object.entries(environment).flatMap(([name, value]) => (value && isSecretName(name) ? [value] : []))
}

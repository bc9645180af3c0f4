import { execFile } from 'node:child_process'
import { basename } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const limitMilliseconds = 30_000

export type Container = { readonly tool: string; readonly name: string }

/** The container that a command starts: `docker run ... --name NAME ...` or podman; null for any other command. */
export function containerOf(argv: readonly string[]): Container | null {
  const [tool = '', verb] = argv
  if (!['docker', 'podman'].includes(basename(tool)) || verb !== 'run') return null
  const at = argv.indexOf('--name')
  const name = at > 0 ? argv[at + 1] : argv.find((word) => word.startsWith('--name='))?.slice('--name='.length)
  return name ? { tool, name } : null
}

/** The first process inside a container, as this machine numbers it; its work is not done by the tool that was started. */
export async function containerPid({ tool, name }: Container): Promise<number | null> {
  try {
    const argv = ['inspect', '--format', '{{.State.Pid}}', name]
    const pid = Number((await execute(tool, argv, { timeout: limitMilliseconds })).stdout)
    return Number.isInteger(pid) && pid > 0 ? pid : null
  } catch {
    return null
  }
}

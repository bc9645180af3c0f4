import { execFile } from 'node:child_process'
import { basename } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const limitMilliseconds = 30_000
/** The label that says which run started a container. */
const runLabel = 'io.rigup.run'

type Container = { readonly tool: string; readonly name: string }

/** The container that a command starts: `docker run ... --name NAME ...` or podman; null for any other command. */
export function containerOf(argv: readonly string[]): Container | null {
  const [tool = '', verb] = argv
  if (!['docker', 'podman'].includes(basename(tool)) || verb !== 'run') return null
  const at = argv.indexOf('--name')
  const name = at > 0 ? argv[at + 1] : argv.find((word) => word.startsWith('--name='))?.slice('--name='.length)
  return name ? { tool, name } : null
}

/** The first process inside a container, as this machine numbers it; its work is not done by the tool that was started. */
export async function containerPid(container: Container): Promise<number | null> {
  const pid = Number(await inspect(container, '{{.State.Pid}}'))
  return Number.isInteger(pid) && pid > 0 ? pid : null
}

/** The run directory that started a container, empty where none of rigup's did; null where there is no such container. */
export function runOfContainer(container: Container): Promise<string | null> {
  return inspect(container, `{{with index .Config.Labels "${runLabel}"}}{{.}}{{end}}`)
}

/** The command that starts a container, which then bears the name of the run that started it; any other command as it is. */
export function labelled(argv: readonly string[], runDirectory: string): readonly string[] {
  const [tool = '', verb = '', ...rest] = argv
  return containerOf(argv) === null ? argv : [tool, verb, '--label', `${runLabel}=${runDirectory}`, ...rest]
}

/** Ends a container, whatever it does, and removes it. */
export async function removeContainer({ tool, name }: Container): Promise<void> {
  await execute(tool, ['rm', '--force', name], { timeout: limitMilliseconds })
}

async function inspect({ tool, name }: Container, format: string): Promise<string | null> {
  try {
    const argv = ['inspect', '--type', 'container', '--format', format, name]
    return (await execute(tool, argv, { timeout: limitMilliseconds })).stdout.trim()
  } catch {
    // There is none, or the tool does not answer: then the start itself will say so.
    return null
  }
}

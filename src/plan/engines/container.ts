import type { Recipe } from '../../recipe/schema/recipe.ts'

/** A container as data: how it is run by hand, and how a compose file or a NixOS module declares it. */
export type Container = {
  readonly name: string
  /** With digest where that is known. */
  readonly image: string
  /** The program in the image; what images themselves begin with changes between releases. */
  readonly entrypoint: string
  /** The user's number inside; null: the image's own, which is root as a rule. */
  readonly user: number | null
  readonly limits: Recipe['memory']['limits']
  /** NVIDIA's cards come through the runtime; those of others are device files. */
  readonly gpus: 'nvidia' | 'none'
  readonly devices: readonly string[]
  /** Numeric groups that may open the devices. */
  readonly groups: readonly string[]
  readonly capabilities: readonly string[]
  readonly securityOptions: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Variables taken from the environment of whoever starts it, and written nowhere: secrets, proxies. */
  readonly inherited: readonly string[]
  readonly volumes: readonly { readonly host: string; readonly container: string; readonly readOnly?: boolean }[]
  /** Arguments after the image. */
  readonly command: readonly string[]
}

/** The command that runs a container in the foreground on the host's network, and removes it when it ends. */
export function containerArguments(container: Container, tool: string): string[] {
  const { name, image, entrypoint, user, gpus, devices, groups, capabilities, securityOptions } = container
  const { environment, inherited, volumes, command } = container
  return [
    ...[tool, 'run', '--rm', '--name', name, '--ipc=host', '--network=host'],
    // Podman's own init is a package of its own, which many systems lack.
    ...(tool === 'podman' ? [] : ['--init']),
    ...(user === null ? [] : [`--user=${user}`]),
    ...limitArguments(container.limits),
    ...(gpus === 'none' ? [] : [tool === 'podman' ? '--device=nvidia.com/gpu=all' : '--gpus=all']),
    ...devices.map((device) => `--device=${device}`),
    ...groups.map((group) => `--group-add=${group}`),
    ...capabilities.map((capability) => `--cap-add=${capability}`),
    ...securityOptions.map((option) => `--security-opt=${option}`),
    // Names only: the tool takes the value from its own environment, and it is in no command line.
    ...inherited.flatMap((variable) => ['--env', variable]),
    ...Object.entries(environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    ...volumes.flatMap((volume) => ['--volume', volumeText(volume)]),
    ...['--entrypoint', entrypoint],
    image,
    ...command,
  ]
}

/** Limits are the daemon's to keep: what is put around its client limits nothing. Memory and swap are counted together there. */
export function limitArguments(limits: Container['limits']): string[] {
  const { memoryBytes, swapBytes, oomScoreAdjust } = limits ?? {}
  return [
    ...(memoryBytes === undefined ? [] : [`--memory=${memoryBytes}`]),
    ...(memoryBytes === undefined || swapBytes === undefined ? [] : [`--memory-swap=${memoryBytes + swapBytes}`]),
    ...(oomScoreAdjust === undefined ? [] : [`--oom-score-adj=${oomScoreAdjust}`]),
  ]
}

/** `host:container[:ro]`, as every container tool writes it. */
export function volumeText({ host, container, readOnly }: Container['volumes'][number]): string {
  return `${host}:${container}${readOnly ? ':ro' : ''}`
}

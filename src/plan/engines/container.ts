/** A container as data: how it is run by hand, and how a compose file or a NixOS module declares it. */
export type Container = {
  readonly name: string
  /** With digest where that is known. */
  readonly image: string
  /** NVIDIA's cards come through the runtime; those of others are device files. */
  readonly gpus: 'nvidia' | 'none'
  readonly devices: readonly string[]
  /** Numeric groups that may open the devices. */
  readonly groups: readonly string[]
  readonly capabilities: readonly string[]
  readonly securityOptions: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Variables whose values are secrets: taken from the environment of whoever starts it, and written nowhere. */
  readonly secrets: readonly string[]
  readonly volumes: readonly { readonly host: string; readonly container: string; readonly readOnly?: boolean }[]
  /** Arguments after the image. */
  readonly command: readonly string[]
}

/** The command that runs a container in the foreground on the host's network, and removes it when it ends. */
export function containerArguments(container: Container, tool: string): string[] {
  const { name, image, gpus, devices, groups, capabilities, securityOptions, environment, secrets, volumes, command } =
    container
  return [
    ...[tool, 'run', '--rm', '--name', name, '--init', '--ipc=host', '--network=host'],
    ...(gpus === 'none' ? [] : [tool === 'podman' ? '--device=nvidia.com/gpu=all' : '--gpus=all']),
    ...devices.map((device) => `--device=${device}`),
    ...groups.map((group) => `--group-add=${group}`),
    ...capabilities.map((capability) => `--cap-add=${capability}`),
    ...securityOptions.map((option) => `--security-opt=${option}`),
    // Names only for what is a secret: the tool takes the value from its own environment.
    ...secrets.flatMap((secret) => ['--env', secret]),
    ...Object.entries(environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    ...volumes.flatMap((volume) => ['--volume', volumeText(volume)]),
    image,
    ...command,
  ]
}

/** `host:container[:ro]`, as every container tool writes it. */
export function volumeText({ host, container, readOnly }: Container['volumes'][number]): string {
  return `${host}:${container}${readOnly ? ':ro' : ''}`
}

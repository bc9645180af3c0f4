import { access } from 'node:fs/promises'

/**
 * Where the user's own systemd listens, for the environment of an engine that it keeps the limits of: after `su` or `sudo -iu` the variable is
 * missing although the folder is there (pam_systemd(8)). Empty where the operator's environment has it, and where there is no such folder.
 */
export async function runtimeDirectory(
  operator: Readonly<Record<string, string>>,
  folder = `/run/user/${process.getuid?.()}`,
): Promise<{ XDG_RUNTIME_DIR?: string }> {
  if (operator.XDG_RUNTIME_DIR) return {}
  return access(folder).then(
    () => ({ XDG_RUNTIME_DIR: folder }),
    () => ({}),
  )
}

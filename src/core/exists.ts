import { access } from 'node:fs/promises'

/** True where something is at the path and this user may see it. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

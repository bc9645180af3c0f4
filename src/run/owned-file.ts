import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'

/** Whom a run belongs to: a worker that is root gives the files of the run to this user. */
export type Owner = { readonly uid: number; readonly gid: number }

/** Whom a run belongs to: the owner of its folder. */
export async function ownerOf(runDirectory: string): Promise<Owner> {
  const { uid, gid } = await stat(runDirectory)
  return { uid, gid }
}

/**
 * Opens a file of a run for appending, mode 600. Links are not followed: root writes into folders of the operator's here.
 */
export async function openForAppend(path: string, owner: Owner | null): Promise<FileHandle> {
  const file = await open(
    path,
    constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW,
    0o600,
  )
  if (owner !== null && process.getuid?.() === 0) await file.chown(owner.uid, owner.gid)
  return file
}

/** Writes a file that is not there yet, mode 600, and gives it to the owner of a run; throws EEXIST where something has that name. */
export async function writeNew(path: string, content: string, owner: Owner | null): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    if (owner !== null && process.getuid?.() === 0) await file.chown(owner.uid, owner.gid)
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes new names in a folder survive a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

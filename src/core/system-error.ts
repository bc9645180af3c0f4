import { Problem } from './problem.ts'

const causes: Readonly<Record<string, { why: string; next: string }>> = {
  ENOSPC: { why: 'The disk is full.', next: 'free some space (df -h shows where), then try again' },
  EDQUOT: { why: 'The quota of this user is used up.', next: 'free some space, then try again' },
  EACCES: { why: 'This user may not do that there.', next: 'choose another folder, or give this user the right to it' },
  EPERM: { why: 'This user may not do that there.', next: 'check the owner of the file and whether it is immutable' },
  EROFS: { why: 'That file system is mounted read-only.', next: 'choose a folder on another file system' },
  ENOENT: { why: 'A file or folder that is needed is not there.', next: 'check the path' },
  EEXIST: { why: 'Something else of that name is there.', next: 'choose another place, or move it away' },
  EISDIR: { why: 'It is a folder, not a file.', next: 'name a file' },
  ENAMETOOLONG: { why: 'The path is too long.', next: 'check the path' },
  ENOTDIR: { why: 'A part of the path is a file.', next: 'check the path' },
  EIO: { why: 'The disk reports an error.', next: 'look at dmesg: the disk may be failing' },
}

/** What a system error of files means and what helps; null for any other error. */
export function systemCause(error: unknown): { why: string; next: string } | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return causes[code] ?? null
}

/** A system error of files as a Problem (exit `machine`) that names the path; null for any other error. */
export function fileProblemOf(error: unknown): Problem | null {
  const cause = systemCause(error)
  if (cause === null) return null
  const path = error instanceof Error && 'path' in error ? String(error.path) : null
  return new Problem({
    what: path === null ? 'A file could not be read or written.' : `${path} could not be read or written.`,
    ...cause,
    exit: 'machine',
    cause: error,
  })
}

import { messageOf, Problem } from '../../core/problem.ts'

const causes: Readonly<Record<string, { why: string; next: string }>> = {
  ENOSPC: { why: 'The disk is full.', next: 'free some space (df -h shows where), then try again' },
  EDQUOT: { why: 'The quota of this user is used up.', next: 'free some space, then try again' },
  EACCES: { why: 'This user may not write there.', next: 'choose another folder, or give this user the right to it' },
  EPERM: { why: 'This user may not do that there.', next: 'check the owner of the file and whether it is immutable' },
  EROFS: { why: 'That file system is mounted read-only.', next: 'choose a folder on another file system' },
  ENOENT: { why: 'A file or folder that is needed is not there.', next: 'check the path' },
  ENOTDIR: { why: 'A part of the path is a file.', next: 'check the path' },
  EIO: { why: 'The disk reports an error.', next: 'look at dmesg: the disk may be failing' },
}

/** Does something with files; a system error becomes a Problem that names the path and the cause. */
export async function asProblem<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Problem) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    throw new Problem({
      what: `${path} could not be written.`,
      why: causes[code]?.why ?? messageOf(error),
      next: causes[code]?.next,
      exit: 'machine',
      cause: error,
    })
  }
}

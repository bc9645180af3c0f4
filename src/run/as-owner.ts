import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../core/problem.ts'
import { rootPath } from './environment.ts'
import type { Owner } from './owned-file.ts'
import { runProgram } from './run-program.ts'

/**
 * What a command line begins with so that root runs it as the owner of a run; empty where that is root. `--init-groups` keeps video, render
 * and docker, which the uid and gid options of Node.js drop. Throws a Problem where there is no setpriv that can do it: busybox has one that
 * cannot. It is looked for where root's programs are, and not in the operator's PATH, from which root runs nothing.
 */
export async function asOwner({ uid, gid }: Owner, path: string = rootPath): Promise<string[]> {
  if (uid === 0) return []
  for (const folder of path.split(':')) {
    const program = join(folder, 'setpriv')
    const isThere = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (!isThere || !(await runProgram([program, '--version'])).includes('util-linux')) continue
    return [program, `--reuid=${uid}`, `--regid=${gid}`, '--init-groups', '--']
  }
  throw new Problem({
    what: 'There is no setpriv of util-linux on this machine.',
    why: 'What does not need root is done as the operator, with all of the operator’s groups, and that takes it.',
    next: 'install util-linux, then try again',
    exit: 'machine',
  })
}

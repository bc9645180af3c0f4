import { messageOf, Problem } from '../../core/problem.ts'
import { systemCause } from '../../core/system-error.ts'

/** Does something with files; a system error becomes a Problem that names the path and the cause. */
export async function asProblem<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Problem) throw error
    const cause = systemCause(error)
    throw new Problem({
      what: `${path} could not be written.`,
      why: cause?.why ?? messageOf(error),
      next: cause?.next,
      exit: 'machine',
      cause: error,
    })
  }
}

import { knowledgeDate, newestRelease, releaseFor } from '../knowledge/vllm/releases.ts'
import { compareVersions } from '../knowledge/vllm/version.ts'
import type { Advice } from './advice.ts'
import { makeAdvice } from './make-advice.ts'
import { sources } from './sources.ts'

const day = 24 * 60 * 60 * 1000
/** vLLM brings a release about every two weeks; after six the table lags behind three of them. */
const oldAfterDays = 42

/** How old the table of releases is, and whether it reaches as far as a version; an installed engine is asked instead. */
export function knowledgeAge(version: string, today: Date): Advice {
  const days = Math.max(0, Math.floor((today.getTime() - Date.parse(knowledgeDate)) / day))
  const newest = newestRelease().version
  const beyond = version !== 'newest' && compareVersions(version, newest) > 0
  const below = releaseFor(version) === null
  const kind = beyond || below || days > oldAfterDays ? 'warn' : 'note'
  const reach = beyond
    ? ` vLLM ${version} is newer and judged as ${newest}.`
    : below
      ? ` vLLM ${version} is older than the table.`
      : ''
  return makeAdvice(
    kind,
    {
      id: 'knowledge-age',
      about: 'engine.version',
      what: `What rigup knows of vLLM was read from its wheels on ${knowledgeDate}, up to ${newest}.`,
      why: `That was ${days === 1 ? '1 day' : `${days} days`} ago.${reach} Once installed, the engine itself is asked.`,
      source: sources.wheels,
    },
    { facts: ['engine.version'], instead: 'npm run knowledge:vllm reads what came since.' },
  )
}

import { catalogueDate, listModelIds } from '../knowledge/models/catalogue.ts'
import { knowledgeDate, newestRelease, releaseFor } from '../knowledge/vllm/releases.ts'
import { compareVersions } from '../knowledge/vllm/version.ts'
import type { Advice } from './advice.ts'
import { makeAdvice } from './make-advice.ts'
import { sources } from './sources.ts'

const day = 24 * 60 * 60 * 1000
/** vLLM brings a release about every two weeks; after six the table lags behind three of them. */
const oldAfterDays = 42
/** Models that people run appear every few weeks; those that are not there are read from the hub. */
const catalogueOldAfterDays = 120

/** How old the table of releases is, and whether it reaches as far as a version; an installed engine is asked instead. */
export function knowledgeAge(version: string, today: Date): Advice {
  const days = daysSince(knowledgeDate, today)
  const newest = newestRelease().version
  const beyond = version !== 'newest' && compareVersions(version, newest) > 0
  const below = releaseFor(version) === null
  const reach = beyond
    ? ` vLLM ${version} is newer and judged as ${newest}.`
    : below
      ? ` vLLM ${version} is older than the table.`
      : ''
  return makeAdvice(
    beyond || below || days > oldAfterDays ? 'warn' : 'note',
    {
      id: 'knowledge-age',
      about: 'engine.version',
      what: `What rigup knows of vLLM goes up to ${newest}, as of ${knowledgeDate}.`,
      why: `That was ${ago(days)}.${reach} Once installed, the engine itself is asked.`,
      source: sources.wheels,
    },
    { facts: ['engine.version'], instead: 'npm run knowledge:vllm reads what came since.' },
  )
}

/** How old the catalogue of models is. */
export function catalogueAge(today: Date): Advice {
  const days = daysSince(catalogueDate, today)
  return makeAdvice(
    days > catalogueOldAfterDays ? 'warn' : 'note',
    {
      id: 'catalogue-age',
      about: 'model.id',
      what: `The catalogue knows ${listModelIds().length} models, as of ${catalogueDate}.`,
      why: `That was ${ago(days)}. Any other is read from the hub when it is named.`,
      source: { title: "rigup's catalogue of models", reference: 'src/knowledge/data/models.json' },
    },
    { facts: ['model.id'], instead: 'npm run knowledge:models makes it anew.' },
  )
}

function daysSince(date: string, today: Date): number {
  return Math.max(0, Math.floor((today.getTime() - Date.parse(date)) / day))
}

function ago(days: number): string {
  if (days === 0) return 'today'
  return days === 1 ? 'yesterday' : `${days} days ago`
}

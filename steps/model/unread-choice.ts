import { makeAdvice } from '#src/advice/make-advice.ts'
import { sources } from '#src/advice/sources.ts'
import type { Choice } from '../step.ts'
import { modelSource } from './fields.ts'
import type { ModelReading } from './reading.ts'

/** The row of a model that is not known yet: being read, refused, or out of reach. */
export function unreadChoice(id: string, reading?: ModelReading): Choice {
  const set = { 'model.source': modelSource(id), 'model.id': id, 'model.checkpoint': undefined }
  const base = { id, cells: [id, ''], set, advice: [] }
  if (reading === undefined) return { ...base, state: 'tight', note: 'reads its config.json' }
  if (reading.state === 'reading') return { ...base, state: 'no', note: 'reading its config.json …' }
  if (reading.state === 'read') return { ...base, state: 'tight', note: '' }
  const refused = reading.state === 'refused'
  const advice = makeAdvice(
    refused ? 'refuse' : 'warn',
    {
      id: refused ? 'model-cannot-be-read' : 'model-not-read',
      about: 'model.id',
      what: reading.what,
      why:
        reading.why ??
        (refused ? 'So nothing could be downloaded either.' : 'So nobody can say whether it fits before it is there.'),
      source: sources.modelConfig,
    },
    { facts: ['model.id'], instead: reading.next, wouldChange: 'the network, a token, or another id' },
  )
  return { ...base, state: refused ? 'no' : 'tight', note: reading.what.replace(/\.$/, ''), advice: [advice] }
}

import { findModel } from '#src/knowledge/models/catalogue.ts'
import { type FieldPath, textFor } from '#src/recipe/fields.ts'
import type { StoredCheckpoint } from '#src/recipe/schema/model.ts'
import type { Recipe } from '#src/recipe/schema/recipe.ts'
import { modelSource } from './fields.ts'

/** A model that has to be read before anything can be said about it. */
export type ModelReference = Pick<Recipe['model'], 'id' | 'revision' | 'file'>

/** What became of reading a model. */
export type ModelReading =
  | { readonly state: 'reading' }
  | {
      readonly state: 'read'
      readonly checkpoint: StoredCheckpoint
      /** What the operator should know about the source: `Read from the local cache of the hub.` */
      readonly notes: readonly string[]
    }
  | {
      /** refused: gated, missing, or no model. unknown: nobody could be asked. */
      readonly state: 'refused' | 'unknown'
      readonly what: string
      readonly why?: string | undefined
      readonly next?: string | undefined
    }

/** By `readingKey`. */
export type ModelReadings = Readonly<Record<string, ModelReading>>

/** Tells one reading from another: the same id at another revision is another checkpoint. */
export function readingKey({ id, revision = '', file = '' }: ModelReference): string {
  return [id, revision, file].join(' ')
}

/** The model that the operator named by single fields and that has to be read; null where the catalogue knows it, or it is no checkpoint. */
export function modelToRead(asked: Readonly<Record<FieldPath, unknown>>): ModelReference | null {
  const id = textFor(asked, 'model.id')
  if (id === undefined) return null
  const source = modelSource(id)
  const file = textFor(asked, 'model.file')
  if (source !== 'local' && (source !== 'hub' || (findModel(id) !== null && file === undefined))) return null
  const revision = textFor(asked, 'model.revision')
  return { id, ...(revision === undefined ? {} : { revision }), ...(file === undefined ? {} : { file }) }
}

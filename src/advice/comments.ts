import type { FieldComments } from '../recipe/write.ts'
import type { Advice } from './advice.ts'

/** Advice as comments for the recipe file: what and why, and the source, above the field that it is about. */
export function commentsOf(advice: readonly Advice[]): FieldComments {
  const comments: Record<string, string[]> = {}
  const seen = new Set<string>()
  for (const item of advice) {
    if (item.kind === 'refuse' || seen.has(item.id)) continue
    seen.add(item.id)
    const { title, versions } = item.source
    comments[item.about] ??= []
    comments[item.about]?.push(`${item.what} ${item.why} [${title}${versions ? `, ${versions}` : ''}]`)
  }
  return comments
}

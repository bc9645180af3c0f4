import { ollamaRelease } from '../knowledge/ollama-release.ts'
import { toolOf } from '../machine/find.ts'
import type { Machine } from '../machine/schema.ts'
import type { FieldPath } from '../recipe/fields.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'

/**
 * Fills in which Ollama a recipe means on this machine: the one that is installed with its version, or the release that rigup pins with its
 * archive. What the recipe says stays. Pure.
 */
export function ollamaProgram(machine: Machine, engine: Recipe['engine']): Record<FieldPath, unknown> {
  if (engine.route !== 'ollama' || engine.archives !== undefined || engine.build !== undefined) return {}
  const tool = toolOf(machine, 'ollama')
  if (tool !== null) {
    const version = tool.version.value
    return {
      'engine.build': 'installed',
      ...(version && engine.version === 'newest' ? { 'engine.version': version } : {}),
    }
  }
  const { version, file, sha256, architecture } = ollamaRelease
  const fits = machine.cpu.architecture.value === architecture && ['newest', version].includes(engine.version)
  return fits ? { 'engine.version': version, 'engine.archives': [{ file, sha256 }] } : {}
}

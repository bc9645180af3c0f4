import * as z from 'zod'
import type { InstalledEngine } from '../advice/installed-engine.ts'
import { exists } from '../core/exists.ts'
import { compareVersions } from '../knowledge/vllm/version.ts'
import { installPaths, type PlanContext } from '../plan/context.ts'
import { installedNamesScript } from '../plan/engines/installed-names.ts'
import { isImageRoute, isVllmRoute } from '../recipe/schema/route.ts'
import { runProgram } from '../run/run-program.ts'

const schema = z.object({
  version: z.string(),
  flags: z.array(z.string()),
  variables: z.array(z.string()),
  methods: z.array(z.string()),
})

/** What the vLLM in a recipe's own environment knows; null where there is none yet, or one of another version than the recipe names. */
export async function askEngine(context: PlanContext): Promise<InstalledEngine | null> {
  const { route, version } = context.recipe.engine
  if (!isVllmRoute(route) || isImageRoute(route) || context.machine.origin !== 'live') return null
  const { python } = installPaths(context)
  const isThere = await exists(python)
  if (!isThere) return null
  const output = await runProgram([python, '-I', '-c', installedNamesScript])
  const line = output.split('\n').find((text) => text.startsWith('{')) ?? ''
  const read = schema.safeParse(jsonOf(line))
  if (!read.success) return null
  const { flags, variables, methods } = read.data
  if (version !== 'newest' && compareVersions(version, read.data.version) !== 0) return null
  return {
    version: read.data.version,
    flags: new Set(flags),
    variables: new Set(variables),
    methods: new Set(methods),
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

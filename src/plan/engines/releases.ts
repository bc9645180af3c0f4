import type { PlanContext } from '../context.ts'

/** Where an asset of a GitHub release is fetched: from GitHub, or from the mirror with the same paths that the recipe names. */
export function releaseUrl(
  { recipe }: Pick<PlanContext, 'recipe'>,
  repository: string,
  tag: string,
  file: string,
): string {
  const base = recipe.packages.releases ?? 'https://github.com'
  return `${base.replace(/\/+$/, '')}/${repository}/releases/download/${tag}/${file}`
}

import type { Environment } from '../core/directories.ts'
import { withoutCredentials } from '../core/redact.ts'
import type { Machine } from './schema.ts'

/**
 * Where an installation may have to get things from: Python packages, models, container images, releases. What the machine is set
 * up to use takes the place of the public ones.
 */
export function placesOf(machine: Machine, environment: Environment = process.env): string[] {
  const { index, extraIndexes } = machine.packaging
  const places = [
    index.value ?? 'https://pypi.org/simple/',
    ...(extraIndexes.value ?? []),
    environment.HF_ENDPOINT ?? 'https://huggingface.co/',
    'https://registry-1.docker.io/v2/',
    'https://ghcr.io/v2/',
    'https://github.com/',
  ]
  return [...new Set(places.filter((place) => /^https?:\/\//.test(place)).map(withoutCredentials))]
}

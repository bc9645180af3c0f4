import type { ProgressReader } from './progress-reader.ts'

/** `docker pull` without a terminal: one line per layer and state, and no sizes. Podman: `Copying blob`. */
export function dockerProgress(): ProgressReader {
  const layers = new Map<string, boolean>()
  return (line) => {
    const docker = /^([0-9a-f]{12}): (.+)$/.exec(line)
    const podman = /^Copying blob (?:sha256:)?([0-9a-f]{12})\S*(.*)$/.exec(line)
    const [, layer, state] = docker ?? podman ?? []
    if (layer === undefined || state === undefined) return /^(Digest|Status): /.test(line) ? { text: line } : null
    layers.set(layer, /Pull complete|Already exists|done|skipped/.test(state) || layers.get(layer) === true)
    const done = [...layers.values()].filter(Boolean).length
    // Podman without a terminal names the layers, and not when one is there.
    if (podman && done === 0) return { text: `copying ${layers.size} layers` }
    return { text: `${done} of ${layers.size} layers` }
  }
}

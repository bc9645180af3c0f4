import type { ProgressUpdate } from '../executor.ts'
import type { PullEvent } from './docker-api.ts'

type Layer = {
  fetched: number
  unpacked: number
  /** Bytes as they are fetched; null: the daemon has not said it. */
  total: number | null
  state: 'waiting' | 'downloading' | 'unpacking' | 'there'
}

/**
 * Adds up what docker's daemon tells of the layers of an image: the bytes fetched, and once all are here the bytes unpacked. The whole size
 * is known once the last layer has begun, because the daemon says it of each layer when its download begins; until then there is none.
 */
export function pullProgress(): (event: PullEvent) => ProgressUpdate | null {
  const layers = new Map<string, Layer>()
  return ({ id, status, progressDetail }) => {
    if (id === undefined || !/^[0-9a-f]{12}$/.test(id)) return null
    const before = layers.get(id) ?? { fetched: 0, unpacked: 0, total: null, state: 'waiting' }
    layers.set(id, next(before, status, progressDetail))
    return summary([...layers.values()])
  }
}

function next(layer: Layer, status: string, detail: PullEvent['progressDetail']): Layer {
  const total = detail?.total !== undefined && detail.total > 0 ? detail.total : layer.total
  switch (status) {
    case 'Already exists':
      return { fetched: 0, unpacked: 0, total: 0, state: 'there' }
    case 'Downloading':
      return { ...layer, fetched: detail?.current ?? layer.fetched, total, state: 'downloading' }
    case 'Verifying Checksum':
    case 'Download complete':
      // Small layers come without a size.
      return { ...layer, fetched: layer.total ?? 0, total: layer.total ?? 0, state: 'unpacking' }
    case 'Extracting':
      return { ...layer, unpacked: detail?.current ?? layer.unpacked, state: 'unpacking' }
    case 'Pull complete':
      return { ...layer, unpacked: layer.total ?? 0, state: 'there' }
    default:
      // `Waiting`, and `Retrying in 5 seconds`: what was fetched of a layer may have to be fetched again.
      return { ...layer, state: 'waiting' }
  }
}

function summary(layers: readonly Layer[]): ProgressUpdate {
  const there = layers.filter(({ state }) => state === 'there').length
  const isLoading = layers.some(({ state }) => state === 'downloading' || state === 'waiting')
  const doneBytes = layers.reduce((sum, { fetched, unpacked }) => sum + (isLoading ? fetched : unpacked), 0)
  const totalBytes = layers.every(({ total }) => total !== null)
    ? layers.reduce((sum, { total }) => sum + (total ?? 0), 0)
    : undefined
  const verb = isLoading ? 'downloading' : 'unpacking'
  return { text: `${verb}, ${there} of ${layers.length} layers there`, doneBytes, totalBytes }
}

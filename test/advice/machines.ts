import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { GiB } from '#src/core/bytes.ts'
import { type Machine, machineSchema } from '#src/machine/schema.ts'

/** A machine that ships with the recipes: `mining-rig`. */
export function shippedMachine(name: string): Machine {
  const path = join(import.meta.dirname, '../../recipes/machines', `${name}.yaml`)
  return machineSchema.parse(parse(readFileSync(path, 'utf8')))
}

type Values = Record<string, unknown>

/** An ordinary server of our own making, with whatever a case wants to be different. */
export function machineWith(changes: Values & { gpus?: Values[] } = {}): Machine {
  const { gpus = [], ...rest } = changes
  return machineSchema.parse({
    schemaVersion: 1,
    name: 'case',
    origin: 'profile',
    cpu: { architecture: 'x86_64', cores: 16, flags: ['avx', 'avx2', 'avx512f'] },
    memory: { totalBytes: 64 * GiB, availableBytes: 60 * GiB },
    swap: { totalBytes: 0, usedBytes: 0, areas: [], allowed: true },
    filesystems: [
      { mount: '/', type: 'ext4', totalBytes: 1000 * GiB, freeBytes: 500 * GiB, device: 'ssd', readOnly: false },
    ],
    locations: { data: '/', modelCache: '/', home: '/' },
    os: { id: 'ubuntu', glibc: '2.39', init: 'systemd', immutable: false, wsl: false, container: null },
    user: { name: 'operator', privileges: 'password', groups: ['operator'] },
    listeners: [],
    gpus: gpus.map((gpu, index) => ({ index, problem: null, unifiedMemory: false, ...gpu })),
    ...rest,
  })
}

/** A card of NVIDIA with nobody on it. */
export function nvidia(name: string, capability: string, gib: number, more: Values = {}): Values {
  return {
    vendor: 'nvidia',
    name,
    capability,
    driver: '580.95.05',
    memoryTotalBytes: gib * GiB,
    memoryUsedBytes: 0,
    memoryFreeBytes: gib * GiB,
    linkGenerationMax: 4,
    linkWidth: 16,
    linkWidthMax: 16,
    ...more,
  }
}

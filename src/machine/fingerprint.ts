import { createHash } from 'node:crypto'
import { GiB } from '../core/bytes.ts'
import type { Machine } from './schema.ts'

/** Instructions that decide which builds of an engine run (vLLM's CPU backend, torch, llama.cpp). */
const flagsThatMatter = [
  'avx',
  'avx2',
  'fma',
  'f16c',
  'avx512f',
  'avx512bw',
  'avx512vl',
  'avx512_vnni',
  'avx512_bf16',
  'amx_tile',
  'amx_bf16',
  'asimd',
  'bf16',
  'sve',
]

/**
 * sha256 over what decides whether a recipe fits a machine: cards, their drivers, the processor's kind, the class of RAM, the
 * system. The same machine gives the same one tomorrow, and so does its twin; serials, addresses and free space are not in it.
 */
export function machineFingerprint(machine: Machine): string {
  const flags = new Set(machine.cpu.flags.value ?? [])
  const what = {
    gpus: machine.gpus
      .map((gpu) => ({
        vendor: gpu.vendor.value,
        name: gpu.name.value,
        gib: wholeGiB(gpu.memoryTotalBytes.value),
        capability: gpu.capability.value,
        arch: gpu.vendor.value === 'amd' ? gpu.arch.value : null,
        driver: majorOf(gpu.driver.value),
        runtime: gpu.runtime.value,
      }))
      .map((gpu) => JSON.stringify(gpu))
      .toSorted(),
    cpu: { architecture: machine.cpu.architecture.value, flags: flagsThatMatter.filter((flag) => flags.has(flag)) },
    ram: ramClass(machine.memory.totalBytes.value),
    os: { id: machine.os.id.value, version: machine.os.version.value, glibc: machine.os.glibc.value },
  }
  return createHash('sha256').update(JSON.stringify(what)).digest('hex')
}

function wholeGiB(bytes: number | null): number | null {
  return bytes === null ? null : Math.round(bytes / GiB)
}

function majorOf(version: string | null): string | null {
  return version?.split('.')[0] ?? null
}

/** Halves of a doubling: 15.5 and 16 GiB are one class, 24 and 32 are two. Firmware keeps a little back, so totals differ. */
function ramClass(bytes: number | null): number | null {
  return bytes === null || bytes <= 0 ? null : Math.round(Math.log2(bytes / GiB) * 2) / 2
}

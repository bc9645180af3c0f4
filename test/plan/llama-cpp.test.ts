import { beforeAll, describe, expect, test } from 'vitest'
import { llamaCppBuildFor, llamaCppProgram } from '#src/advice/llama-cpp-program.ts'
import { directoriesOf } from '#src/core/directories.ts'
import { pinnedLlamaCpp } from '#src/knowledge/llama-cpp-release.ts'
import { proofModel } from '#src/launch/proof-model.ts'
import { type Machine, machineSchema } from '#src/machine/schema.ts'
import type { ProofModel } from '#src/plan/context.ts'
import { llamaCpp } from '#src/plan/engines/llama-cpp.ts'
import { withFields } from '#src/recipe/fields.ts'
import { type Recipe, type RecipeInput, recipeSchema } from '#src/recipe/schema/recipe.ts'

const directories = directoriesOf({ HOME: '/home/op' })
let proof: ProofModel
beforeAll(async () => {
  proof = await proofModel()
})

function machine(glibc: string, rest: Record<string, unknown> = {}): Machine {
  return machineSchema.parse({
    schemaVersion: 1,
    name: 'm',
    origin: 'profile',
    cpu: { architecture: 'x86_64', flags: ['avx2'] },
    os: { glibc },
    ...rest,
  })
}

const cards = (...all: Record<string, unknown>[]) => ({ gpus: all.map((gpu, index) => ({ index, ...gpu })) })
const nvidia = { vendor: 'nvidia', name: 'RTX 3090', capability: '8.6', driver: '575.57.08' }
const installed = { tools: [{ name: 'llama-server', path: '/usr/local/bin/llama-server', version: 'b9000' }] }

describe('the llama.cpp that is taken', () => {
  test.each<[string, Machine, string]>([
    ['the one that is installed', machine('2.39', { ...cards(nvidia), ...installed }), 'installed'],
    ['CUDA for a card with a driver for it', machine('2.39', cards(nvidia)), 'cuda-12'],
    ['Vulkan where the driver is too old', machine('2.39', cards({ ...nvidia, driver: '550.54.14' })), 'vulkan'],
    ['Vulkan where glibc is too old for CUDA', machine('2.35', cards(nvidia)), 'vulkan'],
    ['Vulkan for a card of AMD', machine('2.36', cards({ vendor: 'amd', arch: 'gfx906' })), 'vulkan'],
    ['the build for CPUs', machine('2.36'), 'cpu'],
    ['one built here where glibc is too old', machine('2.31'), 'source'],
    [
      'one built here where glibc is unknown',
      machineSchema.parse({ schemaVersion: 1, name: 'm', origin: 'profile' }),
      'source',
    ],
  ])('%s', (_, on, build) => {
    expect(llamaCppBuildFor(on)).toBe(build)
  })
})

function ready(input: Partial<RecipeInput>, on: Machine): Recipe {
  const recipe = recipeSchema.parse({
    rigup: 1,
    name: 'r',
    model: { source: 'proof', id: 'proof' },
    engine: { route: 'llama-cpp', version: 'newest' },
    ...input,
  })
  return recipeSchema.parse(withFields(recipe, llamaCppProgram(on, recipe.engine)))
}

function planned(recipe: Recipe, on: Machine) {
  const context = { recipe, machine: on, directories, lock: null, proofModel: proof }
  return { install: llamaCpp.install(context), serve: llamaCpp.serve(context, 'proof') }
}

describe('a plan for llama.cpp', () => {
  test('fetches the pinned archives by checksum, and asks the program for its cards', () => {
    const on = machine('2.39', cards(nvidia))
    const recipe = ready({}, on)
    expect(recipe.engine).toMatchObject({ version: 'b11391', build: 'cuda-12' })
    const [action] = planned(recipe, on).install
    const fetched = action?.operations.flatMap((operation) => (operation.kind === 'fetch' ? [operation] : []))
    expect(fetched?.map(({ sha256 }) => sha256)).toEqual(recipe.engine.archives?.map(({ sha256 }) => sha256))
    expect(fetched?.[1]?.sources[0]).toMatchObject({
      url: 'https://github.com/ggml-org/llama.cpp/releases/download/b11391/cudart-llama-b11391-bin-ubuntu-cuda-12.8-x64.tar.gz',
    })
    expect(action?.verify).toContainEqual(expect.objectContaining({ contains: 'CUDA0' }))
    expect(planned(recipe, on).serve.argv[0]).toBe('/home/op/.local/share/rigup/engines/r/llama.cpp/llama-server')
  })

  test('takes a mirror in place of GitHub', () => {
    const on = machine('2.36')
    const recipe = ready({ packages: { releases: 'https://mirror.example/github/' } }, on)
    const fetches = planned(recipe, on).install[0]?.operations.filter(({ kind }) => kind === 'fetch')
    expect(JSON.stringify(fetches)).toContain('"https://mirror.example/github/ggml-org/llama.cpp/releases/download/')
  })

  test('names the cards that are meant by the variable of the backend', () => {
    const on = machine('2.39', cards(nvidia, nvidia))
    const environment = (build: 'cuda-12' | 'vulkan') =>
      planned(ready({ engine: { route: 'llama-cpp', version: 'newest', build }, layout: { gpus: [1] } }, on), on).serve
        .environment
    expect(environment('cuda-12')).toEqual({ CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: '1' })
    expect(environment('vulkan')).toEqual({ GGML_VK_VISIBLE_DEVICES: '1' })
  })

  test('an installed server is recorded with its version; where it is missing, that is said', () => {
    const recipe = ready({}, machine('2.36', installed))
    expect(recipe.engine).toMatchObject({ build: 'installed', version: 'b9000' })
    expect(() => planned(recipe, machine('2.36'))).toThrow(/no llama-server here/)
  })

  test('a release that rigup does not pin needs its checksums', () => {
    const on = machine('2.36')
    const recipe = ready({ engine: { route: 'llama-cpp', version: 'b99999', build: 'cpu' } }, on)
    expect(() => planned(recipe, on)).toThrow(/no checksum for llama.cpp b99999/)
  })

  test('every pinned archive has a name of its release', () => {
    for (const { version, archives } of pinnedLlamaCpp)
      for (const { file } of archives) expect(file).toContain(`llama-${version}-bin-ubuntu-`)
  })
})

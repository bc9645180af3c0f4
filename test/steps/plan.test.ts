import { beforeAll, describe, expect, test } from 'vitest'
import { localise } from '#src/advice/localise.ts'
import { directoriesOf } from '#src/core/directories.ts'
import { proofModel } from '#src/launch/proof-model.ts'
import { readMachine } from '#src/machine/read-machine.ts'
import type { ProofModel } from '#src/plan/context.ts'
import { describeOperation } from '#src/plan/describe.ts'
import type { Plan } from '#src/plan/plan.ts'
import type { Serve } from '#src/plan/serve.ts'
import { withFields } from '#src/recipe/fields.ts'
import { loadRecipe } from '#src/recipe/files.ts'
import { recipeSchema } from '#src/recipe/schema/recipe.ts'
import { planOf } from '#steps/plan-of-recipe.ts'

let proof: ProofModel
const directories = directoriesOf({ HOME: '/home/op' })

beforeAll(async () => {
  proof = await proofModel()
})

async function planFor(name: string, machineName: string, fields: Record<string, unknown> = {}): Promise<Plan> {
  const machine = await readMachine(machineName)
  const recipe = recipeSchema.parse(withFields((await loadRecipe(name)).recipe, fields))
  return planOf({ recipe: localise(recipe, machine).recipe, machine, directories, lock: null, proofModel: proof })
}

function serves(plan: Plan): Serve[] {
  return plan.actions.flatMap(({ operations }) =>
    operations.flatMap((operation) => (operation.kind === 'serve' ? [operation.serve] : [])),
  )
}

describe('the plan of', () => {
  test.each([
    ['mining-rig', '2'],
    ['shared-a100', '256'],
    ['cpu-server', '2'],
  ])('llama.cpp built on %s starts %s compilers at once, not one per file', async (machine, jobs) => {
    const plan = await planFor('cpu-proof', machine, {
      'engine.route': 'llama-cpp',
      'engine.package': undefined,
      'engine.build': 'source',
    })
    const install = plan.actions.find(({ id }) => id === 'install')?.operations.find(({ kind }) => kind === 'run')
    expect(install).toMatchObject({ environment: { LLAMA_CPP_BUILD_JOBS: jobs } })
  })

  test('the rig makes the machine safe first, as root, and proves before it fetches the weights', async () => {
    const plan = await planFor('mining-rig', 'mining-rig')
    const ids = plan.actions.map(({ id }) => id)
    expect(plan.actions[0]?.needsRoot).toBe(true)
    expect(ids.indexOf('proof')).toBeGreaterThan(ids.indexOf('engine-command'))
    expect(plan.actions.find(({ id }) => id === 'weights')?.beside).toBe(true)
    const launch = serves(plan).at(-1)
    expect(launch?.argv.join(' ')).toContain('--pipeline-parallel-size 8')
    expect(launch?.argv.join(' ')).toMatch(/MemorySwapMax=\d+ /)
    expect(launch?.environment).toMatchObject({ NCCL_P2P_DISABLE: '1', NCCL_IB_DISABLE: '1' })
    expect(launch?.environment).not.toHaveProperty('VLLM_USE_V1')
  })

  test('a recipe that leaves open which distribution holds the CPU engine gets the one for this machine', async () => {
    const plan = await planFor('cpu-proof', 'cpu-server', { 'engine.package': undefined })
    expect(JSON.stringify(plan)).toBe(JSON.stringify(await planFor('cpu-proof', 'cpu-server')))
  })

  test('what is installed counts only once all of it is on disk, and what was cut off is installed anew', async () => {
    const install = (await planFor('cpu-proof', 'cpu-server')).actions.find(({ id }) => id === 'install')
    const told = install?.operations.map(describeOperation) ?? []
    expect(told[0]).toMatch(/^rm .*\/venv\/installed-by-rigup$/)
    expect(told[1]).toMatch(/pip sync --reinstall --require-hashes /)
    expect(told[2]).toMatch(/^sync --file-system \S+\/venv {3}# may fail$/)
    expect(told[3]).toMatch(/installed-by-rigup/)
    expect(install?.check[0]).toMatchObject({ kind: 'path-exists', path: expect.stringMatching(/installed-by-rigup$/) })
  })

  test('the V0 engine sets VLLM_USE_V1=0 and --swap-space 1', async () => {
    const launch = serves(await planFor('mining-rig-v0', 'mining-rig')).at(-1)
    expect(launch?.environment).toMatchObject({ VLLM_USE_V1: '0', VLLM_WORKER_MULTIPROC_METHOD: 'spawn' })
    expect(launch?.argv.join(' ')).toContain('--swap-space 1')
  })

  test('an AWQ checkpoint never gives --quantization, and binds to this machine', async () => {
    const launch = serves(await planFor('rtx3060-awq', 'rtx3060-desktop')).at(-1)
    expect(launch?.argv).not.toContain('--quantization')
    expect(launch?.argv.join(' ')).toContain('--host 127.0.0.1 --port 8001')
  })

  test('a shared server names its card in bus order', async () => {
    const launch = serves(await planFor('shared-a100', 'shared-a100')).at(-1)
    expect(launch?.environment).toMatchObject({ CUDA_VISIBLE_DEVICES: '4', CUDA_DEVICE_ORDER: 'PCI_BUS_ID' })
  })

  test('an API key is in no command, environment or recipe of the plan, only its file', async () => {
    const plan = await planFor('cpu-proof', 'cpu-server', { 'server.apiKey': 'file' })
    expect(plan.actions.map(({ id }) => id)).toContain('api-key')
    expect(serves(plan)[0]?.apiKeyFile).toBe('/home/op/.local/share/rigup/engines/cpu-proof/api-key')
    await expect(planFor('radeon-desktop', 'radeon-desktop', { 'server.apiKey': 'file' })).rejects.toThrow(
      /does not set up an API key/,
    )
  })

  test('the proof model alone is one launch, which the recipe says to stop', async () => {
    const [only, ...others] = serves(await planFor('cpu-proof', 'cpu-server'))
    expect(others).toEqual([])
    expect(only).toMatchObject({ purpose: 'proof', afterTest: 'stop', servedName: 'rigup-proof' })
    expect(only?.prompts.every(({ expected }) => expected)).toBe(true)
  })

  test('the same recipe and machine is the same, byte for byte', async () => {
    expect(JSON.stringify(await planFor('mining-rig', 'mining-rig'))).toBe(
      JSON.stringify(await planFor('mining-rig', 'mining-rig')),
    )
  })
})

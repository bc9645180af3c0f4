import { Box } from 'ink'
import { useState } from 'react'
import { expect, test, vi } from 'vitest'
import { BodyContext } from '#src/ui/components/body-context.ts'
import { KeyFooter } from '#src/ui/keys/key-footer.tsx'
import { type Answers, noAnswers, resolve } from '#steps/answers.ts'
import type { ModelReading } from '#steps/model/reading.ts'
import { modelStep } from '#steps/model/step.ts'
import { QuestionScreen } from '#steps/question-screen.tsx'
import { questionSteps } from '#steps/question-steps.ts'
import { shippedMachine } from '../advice/machines.ts'
import { show } from '../support/component.tsx'

const machine = shippedMachine('rtx3060-desktop')

type Given = { reading?: ModelReading; went: string[]; size?: { columns: number; rows: number } }

/** The model question as the wizard shows it, with its answers kept here. */
function ModelQuestion({ reading, went, size = { columns: 100, rows: 30 } }: Given) {
  const [answers, setAnswers] = useState<Answers>(noAnswers)
  const id = String(answers.fields['model.id'] ?? '')
  const readings = reading ? { [`${id}  `]: reading } : {}
  const resolved = resolve(questionSteps, machine, { ...answers, readings })
  return (
    <BodyContext value={size}>
      <Box width={size.columns} height={size.rows}>
        <QuestionScreen
          step={modelStep}
          machine={machine}
          resolved={resolved}
          pick={(_, choice) => setAnswers({ picks: { model: choice }, fields: {} })}
          setField={(path, value) =>
            setAnswers((before) => ({ ...before, fields: { ...before.fields, [path]: value } }))
          }
          search={(step, text) =>
            step.search?.(text, { machine, recipe: resolved.recipe, asked: answers.fields, readings }) ?? []
          }
          readModelAgain={() => went.push('again')}
          next={() => went.push(resolved.recipe.model.id)}
          back={() => went.push('back')}
        />
      </Box>
      <KeyFooter columns={100} />
    </BodyContext>
  )
}

test('a model of the catalogue that is not in the short list is found by typing', async () => {
  const screen = show(<ModelQuestion went={[]} />)
  await screen.shows('Which model should be served?')
  await screen.press('/')
  await screen.press('phi-4-mini-i')
  await screen.shows(/> phi-4-mini-i/)
  await screen.shows(/^esc close +enter take it$/m)
  await screen.shows('microsoft/Phi-4-mini-instruct')
  await screen.press('enter')
  await screen.shows(/^Which model[\s\S]*microsoft\/Phi-4-mini-instruct +7\.2 GiB +fits[\s\S]*rigup’s own/)
  expect(screen.frame()).not.toContain('> phi-4-mini-i')
})

test('where reasons are longer than their room the last line says where the rest is', async () => {
  const screen = show(<ModelQuestion went={[]} size={{ columns: 40, rows: 20 }} />)
  await screen.shows(/ … \(\?\)$/m)
})

test('in a narrow window the age of the facts is said without its explanation', async () => {
  const screen = show(<ModelQuestion went={[]} size={{ columns: 65, rows: 20 }} />)
  await screen.shows(/The catalogue knows \d+ models, as of [\d-]+\.$/m)
})

test('letters that are keys elsewhere are letters while something is typed', async () => {
  const screen = show(<ModelQuestion went={[]} />)
  await screen.press('/')
  await screen.press('q', 'j', 'k', 'g', '?')
  await screen.shows('> qjkg?')
  await screen.press('backspace')
  await screen.shows('> qjkg ')
  await screen.press('escape')
  await screen.shows('Qwen/Qwen3-0.6B')
})

test('an id that nobody knows is read, and cannot be taken meanwhile', async () => {
  const went: string[] = []
  const screen = show(<ModelQuestion went={went} reading={{ state: 'reading' }} />)
  await screen.press('/')
  await screen.press('someone/new-8b')
  await screen.press('enter')
  await screen.shows(/someone\/new-8b +reading its config\.json/)
  await screen.press('enter')
  await screen.press('r')
  expect(went).toEqual([])
})

test('where the hub does not answer the row says so, and r asks again', async () => {
  const went: string[] = []
  const screen = show(<ModelQuestion went={went} reading={{ state: 'unknown', what: 'The hub does not answer.' }} />)
  await screen.press('/')
  await screen.press('someone/new-8b')
  await screen.press('enter')
  await screen.shows(/someone\/new-8b +The hub does not answer/)
  await screen.press('r')
  await vi.waitFor(() => expect(went).toEqual(['again']))
})

test('escape in the settings goes back to the choices, and says so', async () => {
  const went: string[] = []
  const screen = show(<ModelQuestion went={went} />)
  await screen.press('tab')
  await screen.shows('esc choices')
  await screen.press('escape')
  await screen.shows('esc back')
  expect(went).toEqual([])
})

test('the cursor waits on an answer that can be taken, and the row of one that cannot says why under the list', async () => {
  const cpu = shippedMachine('cpu-server')
  const resolved = resolve(questionSteps, cpu, { ...noAnswers, fields: { 'model.id': 'Qwen/Qwen2.5-72B-Instruct' } })
  const nothing = () => undefined
  const screen = show(
    <BodyContext value={{ columns: 65, rows: 20 }}>
      <QuestionScreen
        step={modelStep}
        machine={cpu}
        resolved={resolved}
        pick={nothing}
        setField={nothing}
        search={() => []}
        readModelAgain={nothing}
        next={nothing}
        back={nothing}
      />
    </BodyContext>,
  )
  await screen.shows('› rigup’s own tiny model')
  await screen.press('down', 'down', 'down', 'down', 'down')
  await screen.shows(/› Qwen\/Qwen2\.5-7B-Instruct[\s\S]*Not here: too large for the RAM\./)
})

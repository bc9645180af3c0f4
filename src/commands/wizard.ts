import { join } from 'node:path'
import { createElement } from 'react'
import { type Answers, answersOf, noAnswers } from '#steps/answers.ts'
import { questionSteps } from '#steps/question-steps.ts'
import { commentsOf } from '../advice/comments.ts'
import { directoriesOf } from '../core/directories.ts'
import { exitCodes } from '../core/problem.ts'
import { exportNames } from '../export/export-names.ts'
import { proofModel } from '../launch/proof-model.ts'
import { hardwareTools } from '../machine/hardware-tools.ts'
import type { FieldPath } from '../recipe/fields.ts'
import { callableName, loadRecipe } from '../recipe/files.ts'
import { saveRecipe } from '../recipe/save.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import { recipeText } from '../recipe/write.ts'
import { followJournal } from '../run/follow-journal.ts'
import { refuseWhileBusy } from '../run/run-lock.ts'
import { createRun, runStatus, runsDirectory } from '../run/runs.ts'
import { startRun } from '../run/start-run.ts'
import { requestStop } from '../run/stop-request.ts'
import { finishRun } from '../services/finish-run.ts'
import { stopKeptEngine } from '../services/kept-engine.ts'
import { loadMachine } from '../services/load-machine.ts'
import { openRun, openRunFolder } from '../services/open-run.ts'
import { refuseUnwritable } from '../services/refuse-unwritable.ts'
import { writeExport } from '../services/write-export.ts'
import { loadScreens } from '../ui/load-screens.ts'
import type { Session } from '../wizard/session.ts'
import type { WizardResult } from '../wizard/wizard.tsx'
import type { CommandIo } from './io.ts'
import { workerCommandLine } from './worker.ts'

type WizardOptions = {
  machine?: string
  recipe?: string
  name?: string
  /** Do not attach to a run that goes on. */
  new?: boolean
  override?: readonly string[]
  /** Answers from flags. */
  fields: Readonly<Record<FieldPath, unknown>>
}

/** `rigup`: the wizard, or the run that goes on. Gives the exit code. */
export async function runWizard(options: WizardOptions, io: CommandIo): Promise<number> {
  const fromRecipe = options.recipe === undefined ? null : await loadRecipe(options.recipe)
  const [{ renderApp }, { Wizard }] = await loadScreens(() =>
    Promise.all([import('../ui/render-app.tsx'), import('../wizard/wizard.tsx')]),
  )
  // A saved machine that cannot be read is said before a screen is opened.
  const saved =
    options.machine === undefined ? null : await loadMachine({ machine: options.machine, override: options.override })
  const runDirectory = saved || options.new ? null : await openRun(options)
  // What a run was begun with is what its answers are changed from.
  const from = runDirectory === null ? fromRecipe?.recipe : (await openRunFolder(runDirectory)).recipe
  const base = from ? answersOf(questionSteps, from) : noAnswers
  const answers: Answers = { ...base, fields: { ...base.fields, ...options.fields } }
  const wizard = createElement(Wizard, {
    session: await sessionFor(saved, options, from?.machine),
    answers,
    name: options.name ?? from?.name,
    runDirectory,
    given: runDirectory === null ? fromRecipe : null,
  })
  const result = (await renderApp(wizard, {
    environment: io.environment,
    stdin: io.stdin,
    stdout: io.stdout,
    without: 'rigup apply RECIPE --yes does the same without a terminal; shipped recipes: rigup recipes',
    summary: (ended) => summaryOf(ended as WizardResult | undefined),
  })) as WizardResult | undefined
  return result && !result.interrupted ? exitCodes.ok : exitCodes.interrupted
}

function summaryOf(result: WizardResult | undefined): string[] {
  if (!result) return []
  const lines: string[] = []
  if (result.saved)
    lines.push(`Recipe: ${result.saved}`, `Again:  rigup apply ${callableName(result.saved, directoriesOf().recipes)}`)
  if (result.runs)
    lines.push(
      'The run goes on in the background. rigup attaches to it; rigup status tells how far it is; rigup stop ends it.',
    )
  else if (result.runDirectory) lines.push(`Journal and logs: ${result.runDirectory}`)
  return lines
}

async function sessionFor(
  saved: Awaited<ReturnType<typeof loadMachine>> | null,
  options: WizardOptions,
  /** The machine of the recipe that is taken up again, with what was corrected on it. */
  recorded: Recipe['machine'],
): Promise<Session> {
  const directories = directoriesOf()
  return {
    isSaved: saved !== null,
    hardware: saved === null ? hardwareTools(process.cwd()) : null,
    directories,
    proofModel: await proofModel(),
    async readMachine(onPart) {
      if (saved) return saved
      const { detectMachine } = await import('../machine/detect.ts')
      const machine = await detectMachine({ onPart })
      const { withRecordedCorrections } = await import('../machine/corrections.ts')
      const corrected = withRecordedCorrections(machine, recorded)
      if (!options.override?.length) return corrected
      const { applyOverrides } = await import('../machine/overrides.ts')
      return applyOverrides(corrected, options.override)
    },
    async readModel(model, signal) {
      const { readModel } = await import('../services/read-model.ts')
      return readModel(model, process.env, signal)
    },
    async start(context, plan, onTerminal) {
      await refuseUnwritable(directories)
      const directory = await createRun({ plan, recipe: recipeText(context.recipe), options: { from: 'wizard' } })
      await startRun(directory, { command: workerCommandLine(), onTerminal })
      return directory
    },
    resume: (directory, onTerminal) => startRun(directory, { command: workerCommandLine(), onTerminal }),
    open: openRunFolder,
    follow: followJournal,
    isCutOff: async (directory) => (await runStatus(directory)).status === 'interrupted',
    stop: requestStop,
    async undo(directory, onTerminal) {
      await refuseWhileBusy(runsDirectory())
      await stopKeptEngine(directory)
      await startRun(directory, { command: workerCommandLine(), mode: 'undo', onTerminal })
    },
    async stopEngine(directory) {
      await stopKeptEngine(directory)
    },
    async saveDraft(recipe, advice) {
      const path = join(directories.recipes, `${recipe.name}.yaml`)
      await saveRecipe(path, recipe, null, commentsOf(advice))
      return path
    },
    finish: (directory, context, advice) => finishRun(directory, context, advice),
    exports: {
      targets: Object.entries(exportNames).map(([name, describes]) => ({ name, describes })),
      write: writeExport,
    },
  }
}

import { engineStep } from './engine/step.ts'
import { memoryStep } from './memory/step.ts'
import { modelStep } from './model/step.ts'
import { quantizeStep } from './quantize/step.ts'
import { type QuestionId, type QuestionStep, questionIds } from './step.ts'

const steps: Readonly<Record<QuestionId, QuestionStep>> = {
  model: modelStep,
  engine: engineStep,
  quantize: quantizeStep,
  memory: memoryStep,
}

/** The steps that ask, in the order in which they are asked. */
export const questionSteps: readonly QuestionStep[] = questionIds.map((id) => steps[id])

import { engineStep } from './engine/step.ts'
import { memoryStep } from './memory/step.ts'
import { modelStep } from './model/step.ts'
import { quantizeStep } from './quantize/step.ts'
import type { QuestionStep } from './step.ts'

/** The steps that ask, in the order in which they are asked. A new step is a folder and a line here. */
export const questionSteps: readonly QuestionStep[] = [modelStep, engineStep, quantizeStep, memoryStep]

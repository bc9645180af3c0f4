import { type FieldSpec, oneOf, yesOrNo } from '../field-spec.ts'

export const recipeFields: readonly FieldSpec[] = [
  {
    path: 'server.proof',
    label: 'proof model first',
    flag: 'proof',
    argument: 'yes|no',
    help: 'serve rigup’s tiny model first, so that a broken installation shows within minutes',
    options: ['yes', 'no'],
    parse: yesOrNo,
    format: (value) => (value ? 'yes' : 'no'),
  },
  {
    path: 'server.afterTest',
    label: 'after the test',
    flag: 'after-test',
    argument: 'stop|keep',
    help: 'stop the engine once it has proved itself, or keep it running',
    options: ['stop', 'keep'],
    parse: oneOf(['stop', 'keep']),
  },
]

import { describe, expect, test } from 'vitest'
import { GiB } from '#src/core/bytes.ts'
import { directoriesOf } from '#src/core/directories.ts'
import { proofModel } from '#src/launch/proof-model.ts'
import { action, type Plan } from '#src/plan/plan.ts'
import { downloadWords, planLines } from '#src/plan/render/text.ts'
import { noAnswers, resolve } from '#steps/answers.ts'
import { planOf } from '#steps/plan-of-recipe.ts'
import { questionSteps } from '#steps/question-steps.ts'
import { shippedMachine } from '../advice/machines.ts'

const plan: Plan = {
  schemaVersion: 1,
  recipe: 'test',
  actions: [
    action(
      {
        id: 'swap',
        title: 'swap file',
        reason: 'Eight processes need more memory than there is here, and the kernel would end one of them.',
        operations: [{ kind: 'run', argv: ['mkswap', '/swap file'], environment: { LANG: 'C UTF' } }],
      },
      { needsRoot: true, diskBytes: 64 * GiB, undo: [{ kind: 'remove', path: '/swap file' }] },
    ),
    action(
      {
        id: 'weights',
        title: 'weights \u001b[31mof\u202e evil',
        reason: 'Short.',
        operations: [
          { kind: 'run', argv: ['hf', '--token', 'hf_abcdefghijklmnop'] },
          { kind: 'add-line', path: '/etc/fstab', line: 'a b' },
          { kind: 'run', argv: ['python3', '-c', 'if 1:\n  print(1)'] },
        ],
      },
      { downloadBytes: 2 * GiB, optional: true },
    ),
  ],
  untouched: ['The GPU driver stays.'],
}

describe('a plan as text', () => {
  test.each([
    ['tesla-p40', /^about [\d.]+ GiB and the model$/],
    ['radeon-desktop', /^the model$/],
    ['rtx3060-desktop', /^about [\d.]+ GiB$/],
  ] as const)('says of %s what is downloaded, the model that Ollama pulls too', async (name, words) => {
    const machine = shippedMachine(name)
    const { recipe } = resolve(questionSteps, machine, noAnswers)
    const context = {
      recipe,
      machine,
      lock: null,
      directories: directoriesOf({ HOME: '/home/op' }),
      proofModel: await proofModel(),
    }
    expect(downloadWords(planOf(context))).toMatch(words)
  })

  test('tells each action with its reason, commands and sums', () => {
    expect(planLines(plan, { columns: 60, commands: true })).toEqual([
      '1. swap file  [root, disk 64.0 GiB]',
      '   Eight processes need more memory than there is here, and',
      '   the kernel would end one of them.',
      "   # LANG='C UTF' mkswap '/swap file'",
      "   undo # rm -rf -- '/swap file'",
      '',
      '2. weights of evil  [may fail, download 2.0 GiB]',
      '   Short.',
      '   $ hf --token hf_***',
      '   $ add to /etc/fstab: a b',
      "   $ python3 -c 'if 1:",
      "  print(1)'",
      '',
      '2 actions, 1 as root. Download: about 2.0 GiB. Disk: about',
      '64.0 GiB. rigup undo takes 1 of them back.',
      '',
      'What stays as it is:',
      '- The GPU driver stays.',
    ])
  })

  test('leaves the commands out where they are not wanted', () => {
    expect(planLines(plan, { columns: 60, commands: false }).join('\n')).not.toContain('mkswap')
  })
})

import { describe, expect, test } from 'vitest'
import { diagnoseText } from '#src/diagnosis/diagnose.ts'

const withoutRay =
  'WARNING 01-02 10:00:00 ray_utils.py:1] Failed to import Ray with ModuleNotFoundError("No module named \'ray\'"). For distributed inference, please install Ray with `pip install ray`.'
const fewGpus =
  'WARNING 01-02 10:00:00 [ray_utils.py:1] The number of required GPUs exceeds the total number of available GPUs in the placement group.'

function waits(seconds: number): string {
  return `INFO 01-02 10:00:00 [ray_utils.py:1] Waiting for creating a placement group of specs for ${seconds} seconds. specs=[{'GPU': 1.0}]`
}

describe('what warnings tell', () => {
  test.each([
    ['minute after minute', [fewGpus, waits(10), waits(30)].join('\n')],
    [
      'at its beginning',
      `WARNING 01-02 10:00:00 [ray_utils.py:1] Tensor parallel size (4) exceeds available GPUs (2). This may result in Ray placement group allocation failures.
INFO 01-02 10:00:00 [ray_utils.py:1] No current placement group found. Creating a new placement group.`,
    ],
    ['with no node for it', `${fewGpus}\n(autoscaler +9s) Error: No available node types can fulfill resource request`],
  ])('a log that ends while Ray waits for a placement group: %s', (_, log) => {
    expect(diagnoseText(log).cause).toBe('ray-placement-group-unsatisfied')
  })

  test('a placement group that came in time is no failure', () => {
    const up = 'INFO:     Application startup complete.'
    expect(diagnoseText([fewGpus, waits(10), up].join('\n'))).toMatchObject({ cause: null, healthy: true })
  })

  test('a start without Ray says so and goes on', () => {
    expect(diagnoseText(`${withoutRay}\nIllegal instruction (core dumped)`).cause).toBe('cpu-illegal-instruction')
  })

  test('a warning that was survived comes after the exception that ended the start', () => {
    const log = `WARNING 01-02 10:00:00 _custom_ops.py:1] Failed to import from vllm._C with ImportError('libcudart.so.12: cannot open shared object file: No such file or directory')
ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your Tesla T4 GPU has compute capability 7.5.`
    expect(diagnoseText(log).cause).toBe('bf16-unsupported-gpu')
  })

  test('physical experts that the expert parallel size does not divide', () => {
    expect(diagnoseText('AssertionError: n_physical_experts=64 must be divisible by ep_size=3.').cause).toBe(
      'ep-not-dividing-experts',
    )
  })
})

import { describe, expect, test } from 'vitest'
import { type Cause, causes } from '#src/diagnosis/cause.ts'
import { diagnoseText } from '#src/diagnosis/diagnose.ts'
import { diagnosisSchema } from '#src/diagnosis/schema.ts'
import { signatures } from '#src/knowledge/failures/index.ts'
import { cases } from './cases.ts'

describe('every cause of the vocabulary', () => {
  test.each(cases)('%s', (cause, log) => {
    const diagnosis = diagnoseText(log)
    expect(diagnosis.cause).toBe(cause)
    expect(diagnosis.healthy).toBe(false)
    expect(diagnosis.evidence.length).toBeGreaterThan(0)
    expect(diagnosisSchema.safeParse(diagnosis).success).toBe(true)
  })

  test('has a signature and a case here', () => {
    const bySlug = (slugs: readonly Cause[]): Cause[] => [...new Set(slugs)].sort()
    expect(bySlug(signatures.map(({ cause }) => cause))).toEqual([...causes].sort())
    expect(bySlug(cases.map(([cause]) => cause))).toEqual([...causes].sort())
  })

  test('is recognised in a container, in a journal, in colour and with Windows line ends', () => {
    const changes: readonly ((log: string) => string)[] = [
      (log) => log.replace(/^/gm, 'vllm-1  | '),
      (log) => log.replace(/^/gm, 'Nov 20 12:00:00 rig vllm[12]: '),
      (log) => log.replace(/^/gm, '\u001b[0;36m').replace(/$/gm, '\u001b[0m'),
      (log) => log.replace(/\n/g, '\r\n'),
    ]
    for (const [cause, log] of cases) {
      for (const change of changes) expect([cause, diagnoseText(change(log)).cause]).toEqual([cause, cause])
    }
  })
})

describe('fixes', () => {
  test('carry the figures of the log', () => {
    const log = `ValueError: To serve at least one request with the model's max seq len (32768), (5.62 GiB KV cache is needed, which is larger than the available KV cache memory (3.06 GiB). Based on the available memory, the estimated maximum model length is 17840.`
    const { fixes, explanation } = diagnoseText(log)
    expect(explanation).toMatch(/^The KV cache is too small for length 32768: 3.06 GiB there, 5.62 GiB needed\./)
    expect(fixes[0]?.change).toEqual({ kind: 'recipe', set: { 'layout.maxModelLen': 17840 } })
  })

  test.each([
    [
      'World size (4) is larger than the number of available GPUs (2) in this node.',
      { 'layout.tensorParallel': 2, 'layout.pipelineParallel': 1 },
    ],
    [
      'ValueError: Total number of attention heads (28) must be divisible by tensor parallel size (8).',
      { 'layout.tensorParallel': 7 },
    ],
    ['vllm: error: unrecognized arguments: --swap-space 4', { 'server.arguments.swap-space': null }],
    ['ValueError: max_num_seqs (256) exceeds available Mamba cache blocks (41).', { 'layout.maxNumSeqs': 41 }],
    [
      'ValueError: Free memory on device cuda:0 (12.00/24.00 GiB) on startup is less than desired GPU memory utilization (0.92, 22.08 GiB).',
      { 'layout.utilization': 0.49 },
    ],
    [
      "ERROR:    [Errno 98] error while attempting to bind on address ('0.0.0.0', 8000): address already in use",
      { 'server.port': 8001 },
    ],
  ])('%s', (log, set) => {
    const sets = diagnoseText(log).fixes.map(({ change }) => (change.kind === 'recipe' ? change.set : null))
    expect(sets).toContainEqual(set)
  })

  test('do not advise what the version does not have', () => {
    const log =
      "ValueError: To serve at least one request with the model's max seq len (32768), (5.62 GiB KV cache is needed, which is larger than the available KV cache memory (3.06 GiB)."
    const titles = (engineVersion: string): string[] =>
      diagnoseText(log, { engineVersion }).fixes.map(({ title }) => title)
    expect(titles('0.10.2')).not.toContain('length as the memory allows')
    expect(titles('0.32.0')).toContain('length as the memory allows')
  })

  test('install the release again that runs, and no nightly', () => {
    const argv = (engineVersion: string): unknown =>
      diagnoseText('ImportError: /v/vllm/_C.abi3.so: undefined symbol: _ZN3c104cuda9SetDeviceEa', {
        engineVersion,
      }).fixes.flatMap(({ change }) => (change.kind === 'command' ? [change.argv] : []))
    expect(argv('0.10.2')).toEqual([['uv', 'pip', 'install', '--reinstall', 'vllm==0.10.2']])
    expect(argv('0.11.1rc6.dev12+g1234567')).toEqual([])
  })

  test('an AMD card gets neither NVIDIA’s tools nor the CPU build first', () => {
    const log = `INFO ROCm stack at /opt/rocm
RuntimeError: Failed to infer device type, please set the environment variable VLLM_LOGGING_LEVEL=DEBUG to turn on verbose logging`
    const { cause, fixes } = diagnoseText(log)
    expect(cause).toBe('failed-to-infer-device')
    expect(JSON.stringify(fixes)).not.toMatch(/nvidia-smi|cu130/)
    expect(fixes[0]?.title).not.toMatch(/CPU/)
  })

  test('unified memory is also held by the page cache', () => {
    const log = `INFO device 0: NVIDIA GB10
ValueError: Free memory on device cuda:0 (80.00/119.00 GiB) on startup is less than desired GPU memory utilization (0.9, 107.10 GiB).`
    expect(JSON.stringify(diagnoseText(log).fixes)).toContain('vm.drop_caches=3')
  })
})

describe('root over symptom', () => {
  test('the first error of the engine process, not the last of the server', () => {
    const log = `(EngineCore_DP0 pid=31) ERROR 03-04 10:00:00 [core.py:700] EngineCore failed to start.
(EngineCore_DP0 pid=31) ERROR 03-04 10:00:00 [core.py:700] ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0.
(APIServer pid=7) RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}`
    expect(diagnoseText(log)).toMatchObject({ cause: 'bf16-unsupported-gpu', also: [] })
  })

  test('a broken flash-attn behind a failed inspection', () => {
    const log = `ERROR 01-01 10:00:00 [registry.py:354] Error in inspecting model architecture 'LlamaForCausalLM'
ERROR 01-01 10:00:00 [registry.py:354] ImportError: /v/flash_attn_2_cuda.so: undefined symbol: _ZN3c105ErrorC2E
ValueError: Model architectures ['LlamaForCausalLM'] failed to be inspected. Please check the logs for more details.`
    expect(diagnoseText(log).cause).toBe('flash-attn-abi-mismatch')
  })

  test('only the symptom: says which log to look at', () => {
    const diagnosis = diagnoseText(
      "RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {'EngineCore': 1}",
    )
    expect(diagnosis.cause).toBe('root-cause-not-in-log')
    expect(diagnosis.explanation).toContain('prefix EngineCore')
    expect(diagnosis.evidence).toHaveLength(1)
  })

  test('an engine that ends without a word: says that the kernel knows', () => {
    const log = `WARNING 11-21 10:00:00 [core_client.py:817] [shutdown] MPClient: engine core exited unexpectedly; starting cleanup
ERROR 11-21 10:00:00 [async_llm.py:906] vllm.v1.engine.exceptions.EngineDeadError: EngineCore encountered an issue.`
    const diagnosis = diagnoseText(log)
    expect(diagnosis.cause).toBe('root-cause-not-in-log')
    expect(diagnosis.explanation).toContain('journalctl -k')
  })
})

// Measures `diagnose` over the corpus of failed starts: npm run eval:diagnose [-- --wrong] [-- --mangled]
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { diagnoseText } from '#src/diagnosis/diagnose.ts'

const caseSchema = z.object({
  id: z.string(),
  log: z.string(),
  cause: z.string(),
  also_acceptable: z.array(z.string()),
  log_kind: z.string(),
})
type Case = z.infer<typeof caseSchema>

/** What people paste before a log: the command, and what vLLM's collect_env.py, nvidia-smi and env print. */
const pastedBefore = `(venv) me@rig:~$ HF_HUB_OFFLINE=0 CUDA_VISIBLE_DEVICES=0,1 NCCL_P2P_DISABLE=0 vllm serve me/model --trust-remote-code --max-model-len 8192
export CUDA_HOME=/usr/local/cuda
Collecting environment information...
OS                           : Ubuntu 24.04.2 LTS (x86_64)
GCC version                  : (Ubuntu 13.3.0-6ubuntu2~24.04) 13.3.0
CUDA runtime version         : 12.8.93
Is CUDA available            : True
GPU models and configuration : GPU 0: NVIDIA GeForce RTX 4090
Nvidia driver version        : 570.133.20
cuDNN version                : Probably one of the following:
/usr/lib/x86_64-linux-gnu/libcudnn.so.9.8.0
/usr/lib/x86_64-linux-gnu/libcudnn_ops.so.9.8.0
HIP runtime version          : N/A
Is XNNPACK available         : True
[pip3] flashinfer-python==0.5.3
[pip3] numpy==2.2.6
[pip3] nvidia-nccl-cu12==2.27.3
[pip3] pyzmq==27.1.0
[pip3] torch==2.9.0
[pip3] transformers==4.57.1
[pip3] triton==3.5.0
GPU Topology:
GPU0     X      PHB     0-31    0               N/A
NCCL_P2P_DISABLE=0
LD_LIBRARY_PATH=/usr/local/nvidia/lib64:/usr/local/cuda/lib64
CUDA_HOME=/usr/local/cuda
VLLM_WORKER_MULTIPROC_METHOD=spawn
| NVIDIA-SMI 570.133.20             Driver Version: 570.133.20     CUDA Version: 12.8     |
|   0  NVIDIA GeForce RTX 4090        Off |   00000000:01:00.0 Off |                  Off |
`

/** Ways in which logs reach people: each must leave the answer as it is. */
const manglings: Readonly<Record<string, (log: string) => string>> = {
  'as it is': (log) => log,
  'broken at 80 columns': (log) => log.replace(/.{80}(?=.)/g, '$&\n'),
  'broken between words at 80': (log) => log.replace(/(?=.{81})(.{20,80})\s/g, '$1\n'),
  'without logger prefixes': (log) =>
    log.replace(/^(?:\([^)]*pid=[^)]*\) )?(?:(?:DEBUG|INFO|WARNING|ERROR) \d\d-\d\d [\d:.]+ \S+\] ?)?/gm, ''),
  'in a journal': (log) => log.replace(/^/gm, 'Nov 20 12:00:00 rig vllm[4711]: '),
  'in docker compose, with times': (log) => log.replace(/^/gm, 'vllm-1  | 2026-11-20T12:00:00.123456789Z '),
  'in colour': (log) => log.replace(/^/gm, '\u001b[0;36m').replace(/$/gm, '\u001b[0m'),
  'Windows line ends': (log) => log.replace(/\n/g, '\r\n'),
  'between the lines of other workers': (log) =>
    log
      .split('\n')
      .flatMap((line) => [line, '(Worker_TP3 pid=99) INFO 11-20 12:00:00 [loader.py:1] Still reading shard 3 of 9'])
      .join('\n'),
  'behind a report of the environment': (log) => pastedBefore + log,
  'without its first quarter': (log) => log.slice(Math.floor(log.length / 4)),
  'without its last quarter': (log) => log.slice(0, Math.ceil((log.length * 3) / 4)),
}

function readCorpus(): Case[] | null {
  const folder = process.env['RIGUP_CORPUS'] ?? '../shared/corpus'
  try {
    const lines = readFileSync(join(folder, 'failures/cases.jsonl'), 'utf8').trim().split('\n')
    return lines.map((line) => caseSchema.parse(JSON.parse(line)))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

function isRight({ cause, also_acceptable }: Case, said: string | null): boolean {
  return said === cause || (said !== null && also_acceptable.includes(said))
}

function share(cases: readonly Case[], mangle: (log: string) => string): number {
  const right = cases.filter((each) => isRight(each, diagnoseText(mangle(each.log)).cause)).length
  return cases.length === 0 ? 0 : right / cases.length
}

const percent = (value: number): string => `${(value * 100).toFixed(1)} %`

function report(cases: readonly Case[]): void {
  const wrong: { each: Case; said: string | null }[] = []
  const byCause = new Map<string, { right: number; all: number }>()
  for (const each of cases) {
    const said = diagnoseText(each.log).cause
    const row = byCause.get(each.cause) ?? { right: 0, all: 0 }
    row.all += 1
    if (isRight(each, said)) row.right += 1
    else wrong.push({ each, said })
    byCause.set(each.cause, row)
  }
  const logs = cases.filter((each) => each.log_kind === 'log')
  const wrongLogs = wrong.filter(({ each }) => each.log_kind === 'log').length
  if (process.argv.includes('--table')) {
    for (const [cause, { right, all }] of [...byCause].sort()) console.log(`${cause.padEnd(38)} ${right}/${all}`)
  }
  console.log('wrong:')
  for (const { each, said } of wrong) console.log(`  ${each.id} ${each.log_kind.padEnd(9)} ${each.cause} -> ${said}`)
  console.log(`logs: ${logs.length - wrongLogs}/${logs.length} = ${percent(1 - wrongLogs / logs.length)} (goal 95 %)`)
  console.log(
    `all:  ${cases.length - wrong.length}/${cases.length} = ${percent(1 - wrong.length / cases.length)} (goal 85 %)`,
  )
  console.log('logs, as they reach people:')
  for (const [name, mangle] of Object.entries(manglings))
    console.log(`  ${name.padEnd(36)} ${percent(share(logs, mangle))}`)
}

const cases = readCorpus()
if (cases) report(cases)
else console.log('eval:diagnose is skipped: no corpus (set RIGUP_CORPUS).')

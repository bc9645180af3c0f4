// Measures how fast `diagnose` reads, against `grep -E` with as many literal patterns: npm run bench:diagnose
import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { diagnoseStream } from '#src/diagnosis/read.ts'
import { diagnosisLiterals } from '#src/diagnosis/rules.ts'

const megabyte = 1e6
const wantedBytes = 100 * megabyte
const runs = 3

/** A long-running server's log: what an engine writes while it serves, with a start at its head and a failure at its end. */
function* serverLog(): Generator<string> {
  yield '(APIServer pid=7) INFO 11-20 12:00:00 [api_utils.py:325] vLLM server version 0.32.0, serving model Qwen/Qwen3-8B\n'
  yield "(EngineCore pid=9) INFO 11-20 12:00:04 [core.py:122] Initializing a V1 LLM engine (v0.32.0) with config: model='Qwen/Qwen3-8B'\n"
  yield '(EngineCore pid=9) INFO 11-20 12:01:04 [gpu_worker.py:578] Available KV cache memory: 11.20 GiB\n'
  yield 'INFO:     Application startup complete.\n'
  for (let written = 0, count = 0; written < wantedBytes; count += 1) {
    const second = String(count % 60).padStart(2, '0')
    const block = `(APIServer pid=7) INFO:     10.0.0.${count % 250}:${40000 + (count % 9000)} - "POST /v1/chat/completions HTTP/1.1" 200 OK
(APIServer pid=7) INFO 11-20 13:00:${second} [loggers.py:236] Engine 000: Avg prompt throughput: ${(count % 977) / 10} tokens/s, Avg generation throughput: ${(count % 313) / 10} tokens/s, Running: ${count % 12} reqs, Waiting: 0 reqs, GPU KV cache usage: ${(count % 100) / 10}%, Prefix cache hit rate: 12.5%
(APIServer pid=7) INFO 11-20 13:00:${second} [logger.py:41] Received request chatcmpl-${count.toString(16).padStart(32, '0')}: prompt: None, params: SamplingParams(n=1, temperature=0.7, top_p=0.8, top_k=20, max_tokens=${count % 4096}), lora_request: None.
`
    written += block.length
    yield block
  }
  yield '(EngineCore pid=9) ERROR 11-20 19:00:00 [core.py:700] EngineCore encountered a fatal error.\n'
  yield '(EngineCore pid=9) ERROR 11-20 19:00:00 [core.py:700] torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.\n'
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

function grep(patterns: string, file: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn('grep', ['-E', '-i', '-c', '-f', patterns, file], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, LC_ALL: 'C' },
  })
  child.on('error', reject)
  // Read, not ignored: grep stops at the first match when nobody reads its count.
  child.stdout.resume()
  child.on('close', () => resolve())
  return promise
}

/** Reads the log in a process of its own, so that its memory is measured and not the memory of making the log. */
async function readAlone(file: string): Promise<void> {
  const { diagnosis } = await diagnoseStream(createReadStream(file, { highWaterMark: 64 * 1024 }))
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  console.log(`${diagnosis.cause} ${(userCPUTime + systemCPUTime) / 1e6} ${maxRSS / 1024}`)
}

/** The reader as the product ships it: bundled, so that no memory of a TypeScript loader is counted. */
async function bundle(folder: string): Promise<string> {
  const { build } = await import('esbuild')
  const outfile = join(folder, 'reader.mjs')
  await build({
    entryPoints: [import.meta.filename],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    external: ['esbuild'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  })
  return outfile
}

async function spawnReader(
  reader: string,
  file: string,
): Promise<{ cause: string; cpuSeconds: number; mebibytes: number }> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const child = spawn(process.execPath, [reader, '--read', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  child.on('close', () => resolve(output))
  const [cause = '', cpu, memory] = (await promise).trim().split(' ')
  return { cause, cpuSeconds: Number(cpu), mebibytes: Number(memory) }
}

async function compare(folder: string): Promise<void> {
  const file = join(folder, 'server.log')
  const patterns = join(folder, 'patterns')
  await pipeline(serverLog(), createWriteStream(file))
  const escaped = diagnosisLiterals().map((literal) => literal.trim().replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  await writeFile(patterns, `${escaped.join('\n')}\n`)
  const reader = await bundle(folder)
  const { size } = await stat(file)
  const ours: number[] = []
  const cpu: number[] = []
  const memory: number[] = []
  const theirs: number[] = []
  for (let run = 0; run < runs; run += 1) {
    ours.push(
      await secondsOf(async () => {
        const { cause, cpuSeconds, mebibytes } = await spawnReader(reader, file)
        cpu.push(cpuSeconds)
        memory.push(mebibytes)
        if (run === 0) console.log(`answer: ${cause}`)
      }),
    )
    theirs.push(await secondsOf(() => grep(patterns, file)))
  }
  const rate = (seconds: readonly number[]): string => (size / megabyte / Math.min(...seconds)).toFixed(0)
  console.log(`log: ${(size / megabyte).toFixed(0)} MB, ${diagnosisLiterals().length} literals, best of ${runs}`)
  console.log(
    `diagnose, with the start of its process: ${rate(ours)} MB/s by the clock, ${rate(cpu)} MB per second of CPU (goal 100)`,
  )
  console.log(`memory: at most ${Math.max(...memory).toFixed(0)} MiB (goal 150)`)
  console.log(`grep -E -i -c -f: ${rate(theirs)} MB/s`)
}

if (process.argv[2] === '--read' && process.argv[3]) await readAlone(process.argv[3])
else {
  const folder = await mkdtemp(join(tmpdir(), 'rigup-bench-'))
  try {
    await compare(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

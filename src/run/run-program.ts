import { defined } from './environment.ts'
import { runProcess } from './run-process.ts'

/** What a short program prints, both streams together; empty where it fails or takes longer than 30 s. */
export async function runProgram(argv: readonly string[]): Promise<string> {
  let output = ''
  const result = await runProcess({
    argv,
    environment: defined(process.env),
    timeoutSeconds: 30,
    signal: new AbortController().signal,
    onOutput(chunk) {
      output += chunk.toString('utf8')
    },
  })
  return result.kind === 'exited' && result.code === 0 ? output : ''
}

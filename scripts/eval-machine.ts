/**
 * npm run eval:machine: reads every capture of the corpus and compares the machine with what a person reads in it.
 * Beside that, every file of the corpus goes through every parser, to see that none crashes. The corpus is $RIGUP_CORPUS or
 * ../shared/corpus; without it nothing is measured.
 */
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { machineFromCaptures, readerNames } from '../src/machine/from-captures.ts'
import { others } from './eval-machine/amd.ts'
import type { Expectation } from './eval-machine/expectation.ts'
import { hosts } from './eval-machine/hosts.ts'
import { judge, type Verdict } from './eval-machine/judge.ts'
import { nvidia } from './eval-machine/nvidia.ts'

const captures = join(process.env.RIGUP_CORPUS ?? join(import.meta.dirname, '../../shared/corpus'), 'captures')
const expectations: readonly Expectation[] = [...nvidia, ...others, ...hosts]

const folders = await readdir(captures).catch(() => null)
if (folders === null) {
  console.log(`eval:machine is skipped: there is no corpus at ${captures} (RIGUP_CORPUS names another).`)
} else {
  await evaluate(folders)
}

async function evaluate(folders: readonly string[]): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'rigup-eval-'))
  try {
    const verdicts: Verdict[] = []
    let crashes = 0
    for (const [number, expectation] of expectations.entries()) {
      const staged = join(work, String(number))
      await mkdir(staged)
      for (const [file, name] of Object.entries(expectation.files)) {
        await copyFile(join(captures, expectation.folder, file), join(staged, name))
      }
      const label = `${expectation.folder} ${Object.values(expectation.files).join(' ')}`
      try {
        const found = judge(await machineFromCaptures(staged), expectation)
        verdicts.push(...found)
        for (const verdict of found) if (!verdict.right) console.log(`wrong  ${label}  ${verdict.difference}`)
      } catch (error) {
        crashes += 1
        console.log(`crash  ${label}  ${String(error)}`)
      }
    }
    crashes += await throughEveryParser(folders, work)
    report(verdicts, crashes, new Set(expectations.map((expectation) => expectation.folder)).size, folders.length)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Files under the names of tools that did not print them: garbage that a parser must survive. */
async function throughEveryParser(folders: readonly string[], work: string): Promise<number> {
  let crashes = 0
  let files = 0
  for (const folder of folders) {
    for (const entry of await readdir(join(captures, folder), { withFileTypes: true })) {
      if (!entry.isFile()) continue
      files += 1
      const staged = join(work, `every-${files}`)
      await mkdir(staged)
      for (const name of readerNames) await copyFile(join(captures, folder, entry.name), join(staged, `${name}.txt`))
      try {
        await machineFromCaptures(staged)
      } catch (error) {
        crashes += 1
        console.log(`crash  ${folder}/${entry.name}  ${String(error)}`)
      }
      await rm(staged, { recursive: true })
    }
  }
  console.log(`${files} files went through ${readerNames.length} parsers each.`)
  return crashes
}

function report(verdicts: readonly Verdict[], crashes: number, judged: number, all: number): void {
  const topics = [...new Set(verdicts.map((verdict) => verdict.topic))]
  const rows = topics.map((topic) => {
    const mine = verdicts.filter((verdict) => verdict.topic === topic)
    return [topic, mine.filter((verdict) => verdict.right).length, mine.length] as const
  })
  rows.push(['all', verdicts.filter((verdict) => verdict.right).length, verdicts.length])
  console.log(`\n${expectations.length} stagings of ${judged} of ${all} captures, ${crashes} crashes\n`)
  for (const [topic, right, total] of rows) {
    console.log(
      `${topic.padEnd(20)} ${String(right).padStart(5)} of ${String(total).padStart(5)}  ${((100 * right) / total).toFixed(1).padStart(6)} %`,
    )
  }
  if (crashes > 0 || verdicts.some((verdict) => !verdict.right)) process.exitCode = 1
}

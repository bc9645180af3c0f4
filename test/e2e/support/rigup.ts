import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseRecipe } from '#src/recipe/parse.ts'
import { type Recipe, type RecipeInput, recipeSchema } from '#src/recipe/schema/recipe.ts'
import { recipeText } from '#src/recipe/write.ts'
import { readJournal } from '#src/run/journal.ts'
import type { JournalEvent } from '#src/run/journal-event.ts'

const program = join(import.meta.dirname, '../../../bin/rigup')

type Said = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** The real program with folders of its own; everything it makes goes when it is closed. */
export class Rigup {
  readonly home: string
  readonly environment: Readonly<Record<string, string>>

  private constructor(home: string, environment: Readonly<Record<string, string>>) {
    this.home = home
    this.environment = environment
  }

  /** `more` is added to the environment; an empty text takes a variable's meaning away. */
  static async start(more: Readonly<Record<string, string>> = {}): Promise<Rigup> {
    const home = await mkdtemp(join(tmpdir(), 'rigup-e2e-'))
    return new Rigup(home, {
      XDG_DATA_HOME: join(home, 'data'),
      XDG_STATE_HOME: join(home, 'state'),
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_CACHE_HOME: join(home, 'cache'),
      LANG: 'C.UTF-8',
      ...more,
    })
  }

  /** Runs it to its end. */
  run(...argv: string[]): Promise<Said> {
    return this.execute([program, ...argv])
  }

  /** Runs any program with the same environment. */
  execute([file = '', ...argv]: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Said> {
    const env = { ...process.env, ...this.environment, ...more }
    return new Promise((resolve) => {
      execFile(file, argv, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
        resolve({ code, stdout, stderr })
      })
    })
  }

  /** Runs an exported script. */
  async script(text: string): Promise<Said> {
    const path = join(this.home, 'exported.sh')
    await writeFile(path, text)
    return this.execute(['timeout', '120', 'sh', path])
  }

  /** Writes a recipe into a file of its own. */
  async recipe(input: RecipeInput): Promise<string> {
    const path = join(this.home, `${input.name}-wanted.yaml`)
    await mkdir(this.home, { recursive: true })
    await writeFile(path, recipeText(recipeSchema.parse(input)))
    return path
  }

  savedPath(name: string): string {
    return join(this.home, 'config/rigup/recipes', `${name}.yaml`)
  }

  async saved(name: string): Promise<Recipe> {
    return parseRecipe(await readFile(this.savedPath(name), 'utf8'), this.savedPath(name))
  }

  /** The folder of the newest run. */
  async newestRun(): Promise<string> {
    const runs = join(this.home, 'state/rigup/runs')
    const entries = await readdir(runs, { withFileTypes: true })
    const newest = entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .toSorted()
      .at(-1)
    return join(runs, newest ?? '')
  }

  async journal(): Promise<readonly JournalEvent[]> {
    return readJournal(await this.newestRun())
  }

  async close(): Promise<void> {
    await rm(this.home, { recursive: true, force: true })
  }
}

import { Command, CommanderError, Option } from 'commander'
import { allFields, fieldsOfFlags } from '#steps/all-fields.ts'
import { processIo } from './commands/io.ts'
import { printable } from './core/printable.ts'
import { exitCodes, messageOf, Problem, problemLines } from './core/problem.ts'
import { fileProblemOf } from './core/system-error.ts'
import { exportNames } from './export/export-names.ts'

const version = '0.1.0'
/** The same in every command. */
const recipeWords = 'a file, or the name of a saved recipe or of one that ships'
const savedMachine =
  'a saved machine instead of this one: a file, a folder of `detect --save`, or the name of one that ships'
const exportWords = Object.entries(exportNames)
  .map(([name, what]) => `${name} (${what})`)
  .join(', ')
const io = await processIo()

/** Adds a flag for every recipe field that has none yet, so that whatever can be asked can be answered on the command line. */
function withFieldFlags(command: Command, heading: string): Command {
  const taken = new Set(command.options.map(({ long }) => long))
  for (const { flag, argument, help } of allFields.filter((field) => !taken.has(`--${field.flag}`))) {
    command.addOption(new Option(argument ? `--${flag} <${argument}>` : `--${flag}`, help).helpGroup(heading))
  }
  return command
}

/** In place of what a recipe says. */
const otherAnswers = 'Other answers than the recipe has:'

/** The values of a command's flags under their own names, which commander turns into camelCase. */
function flagsOf(command: Command): Record<string, string | boolean | undefined> {
  return Object.fromEntries(
    command.options.map((option) => [option.long?.replace(/^--/, '') ?? '', command.opts()[option.attributeName()]]),
  )
}

function program(): Command {
  const rigup = withFieldFlags(new Command('rigup'), 'Answers (asked where left out):')
    .description(
      'Sets up vLLM, Ollama or llama.cpp on this machine and proves that tokens come out.\nWithout a command it opens the wizard, or attaches to what is already running.',
    )
    .version(version)
    .enablePositionalOptions()
    .option('--machine <file|folder|name>', `${savedMachine} (everything up to the review)`)
    .option('--recipe <file|name>', `start from the answers of a recipe: ${recipeWords}`)
    .option('--override <fact=value...>', 'correct a fact that was read wrongly: gpus[0].memoryTotalBytes=12GiB')
    .option('--name <name>', 'name of the recipe')
    .option('--new', 'do not attach to a run; begin anew')
    .allowExcessArguments()
    .action(async (_options, command: Command) => {
      if (command.args.length > 0) throw noCommand(command)
      const { runWizard } = await import('./commands/wizard.ts')
      const options = command.opts<{
        machine?: string
        recipe?: string
        name?: string
        new?: boolean
        override?: string[]
      }>()
      process.exitCode = await runWizard({ ...options, fields: fieldsOfFlags(flagsOf(command)) }, io)
    })

  const verbs = [
    addDetect,
    addPlan,
    addApply,
    addExport,
    addDiagnose,
    addFit,
    addSchema,
    addRecipes,
    addStatus,
    addStop,
    addUndo,
    addWorker,
  ]
  for (const add of verbs) add(rigup)
  return rigup
}

function addDetect(rigup: Command): void {
  rigup
    .command('detect')
    .description('say what this machine is, with the evidence')
    .option('--json', 'print the machine as JSON')
    .option('--values', 'with --json: values without evidence')
    .option('--from <file|folder|name>', savedMachine)
    .option('--save <folder>', 'record the outputs that a bug report needs, without names and serial numbers')
    .option('--yes', 'with --save: do not ask')
    .option('--network', 'ask package indexes, hubs and registries whether they answer; nothing else is sent')
    .option('--override <fact=value...>', 'correct a fact that was read wrongly')
    .action(
      async (options: {
        json?: boolean
        values?: boolean
        from?: string
        save?: string
        network?: boolean
        yes?: boolean
        override?: string[]
      }) => {
        const { runDetect } = await import('./commands/detect.ts')
        await runDetect(
          {
            ...options,
            json: options.json ?? false,
            values: options.values ?? false,
            network: options.network ?? false,
            yes: options.yes ?? false,
            override: options.override ?? [],
          },
          io,
        )
      },
    )
}

function addPlan(rigup: Command): void {
  const plan = rigup
    .command('plan')
    .argument('<recipe>', recipeWords)
    .description('show what would be done, with every command')
    .option('--machine <file|folder|name>', savedMachine)
    .option('--json', 'print the plan as JSON')
    .action(async (recipe: string, options: { machine?: string; json?: boolean }, command: Command) => {
      const { runPlan } = await import('./commands/plan.ts')
      await runPlan(recipe, { ...options, fields: fieldsOfFlags(flagsOf(command)) }, io)
    })
  withFieldFlags(plan, otherAnswers)
}

function addApply(rigup: Command): void {
  const apply = rigup
    .command('apply')
    .argument('<recipe>', recipeWords)
    .description('carry a recipe out, asking only where this machine differs')
    .option('--yes', 'ask nothing')
    .option('--directory <path>', 'install the engine there instead')
    .option('--save <file>', 'where to save the verified recipe')
    .action(async (recipe: string, options: { yes?: boolean; directory?: string; save?: string }, command: Command) => {
      const { runApply } = await import('./commands/apply.ts')
      const { directory: _, ...flags } = flagsOf(command)
      process.exitCode = await runApply(recipe, { ...options, fields: fieldsOfFlags(flags) }, io)
    })
  withFieldFlags(apply, otherAnswers)
}

function addExport(rigup: Command): void {
  rigup
    .command('export')
    .argument('<recipe>', recipeWords)
    .description('write a recipe as something that works without rigup')
    .requiredOption('--to <format>', exportWords)
    .option('--machine <file|folder|name>', savedMachine)
    .action(async (recipe: string, options: { to: string; machine?: string }) => {
      const { runExport } = await import('./commands/export.ts')
      await runExport(recipe, options, io)
    })
}

function addDiagnose(rigup: Command): void {
  rigup
    .command('diagnose [file]')
    .description('say why a start failed, from its log (a file, or - for standard input)')
    .option('--json', 'print the diagnosis as JSON')
    .option('--context <lines>', 'show so many lines around the evidence', '0')
    .action(async (file: string | undefined, options: { json?: boolean; context: string }) => {
      const { runDiagnose } = await import('./commands/diagnose.ts')
      process.exitCode = await runDiagnose(
        { ...(file === undefined ? {} : { file }), json: options.json ?? false, context: options.context },
        io,
      )
    })
}

function addFit(rigup: Command): void {
  rigup
    .command('fit')
    .description('say whether a model fits on GPUs, and with how much room')
    .requiredOption('--model <id|folder>', 'model')
    .requiredOption('--gpu <name>', 'GPU: RTX 3060, A100-SXM4-80GB')
    .option('--gpus <n>', 'how many', '1')
    .option('--gpu-memory-mib <m>', 'memory of one GPU as nvidia-smi reports it')
    .option('--tp, --tensor-parallel <n>', 'GPUs that share each layer')
    .option('--pp, --pipeline-parallel <n>', 'stages of layers, one after the other')
    .option('--vllm, --engine-version <version>', 'version of vLLM')
    .option('--util, --utilization <share>', 'share of each card that the engine may take')
    .option('--max-model-len <tokens>', 'length')
    .option('--kv-cache-dtype <dtype>', 'format of the KV cache')
    .option('--max-num-seqs <n>', 'sequences at once')
    .option('--max-num-batched-tokens <n>', 'tokens in one step')
    .option('--enforce-eager', 'no compilation and no graphs')
    .option('--weights-gib <x>', 'size of the weights, where it is known better')
    .option('--json', 'print JSON')
    .action(async (options: Record<string, string | boolean | undefined>) => {
      const { runFit } = await import('./commands/fit.ts')
      process.exitCode = await runFit(options, io)
    })
}

function addSchema(rigup: Command): void {
  rigup
    .command('schema <name>')
    .description('print the JSON schema of a recipe, machine or plan')
    .action(async (name: string) => {
      const { runSchema } = await import('./commands/schema.ts')
      runSchema(name, io)
    })
}

function addRecipes(rigup: Command): void {
  rigup
    .command('recipes')
    .description('list the recipes that have a name: saved ones, and those that ship')
    .action(async () => {
      const { runRecipes } = await import('./commands/recipes.ts')
      await runRecipes(io)
    })
}

function addStatus(rigup: Command): void {
  rigup
    .command('status')
    .description('say what runs and what was done')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { runStatusCommand } = await import('./commands/status.ts')
      process.exitCode = await runStatusCommand({ json: options.json ?? false }, io)
    })
}

function addStop(rigup: Command): void {
  rigup
    .command('stop')
    .description('stop the run that goes on, or the engine that was left running')
    .action(async () => {
      const { runStop } = await import('./commands/stop.ts')
      process.exitCode = await runStop(io)
    })
}

function addUndo(rigup: Command): void {
  rigup
    .command('undo')
    .description('take back what rigup did on this machine')
    .option('--yes', 'ask nothing')
    .action(async (options: { yes?: boolean }) => {
      const { runUndo } = await import('./commands/undo.ts')
      process.exitCode = await runUndo({ yes: options.yes ?? false }, io)
    })
}

function addWorker(rigup: Command): void {
  rigup.command('worker <run> [action...]', { hidden: true }).action(async (run: string, rest: string[]) => {
    const { runWorkerCommand } = await import('./commands/worker.ts')
    process.exitCode = await runWorkerCommand(run, rest)
  })
}

/** What is no command may be a word of one that is, or a recipe that was to be carried out. */
function noCommand({ args: [word = ''], commands }: Command): Problem {
  return new Problem({
    what: `There is no command ${JSON.stringify(word)}.`,
    why: `The commands are ${commands
      .filter((command) => command.description() !== '')
      .map((command) => command.name())
      .join(', ')}.`,
    next: 'rigup --help says what they do; a recipe is carried out with: rigup apply RECIPE',
    exit: 'usage',
  })
}

/** Commander's own complaints are already printed by it. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  const problem = error instanceof Problem ? error : fileProblemOf(error)
  if (problem !== null) {
    io.stderr.write(`${problemLines(problem).map(printable).join('\n')}\n`)
    return exitCodes[problem.exit]
  }
  io.stderr.write(`rigup has a defect: ${printable(messageOf(error))}\n`)
  if (io.environment.RIGUP_DEBUG && error instanceof Error) io.stderr.write(`${error.stack ?? ''}\n`)
  else io.stderr.write('next: run it again with RIGUP_DEBUG=1 and report what it prints.\n')
  return exitCodes.defect
}

try {
  const rigup = program()
  for (const command of [rigup, ...rigup.commands]) {
    const name = command === rigup ? 'rigup' : `rigup ${command.name()}`
    command.exitOverride().showHelpAfterError(`next: ${name} --help says what it takes`)
  }
  await rigup.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}

// build.mjs [FOLDER]: bundles the program into dist/: one file that starts fast, and its lazily loaded parts beside it.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = process.argv[2] ?? `${root}dist`
const outdir = join(dirname(target), `.dist-${process.pid}`)

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { rigup: 'src/cli.ts' },
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  jsx: 'automatic',
  sourcemap: 'linked',
  minifySyntax: true,
  legalComments: 'none',
  // Ink's developer tools are never loaded (DEV is not set), and not installed.
  alias: { 'react-devtools-core': './scripts/empty-module.mjs' },
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
  // Some dependencies are CommonJS inside: they call require and ask for their file's name at run time.
  banner: {
    js: [
      "import { createRequire as rigupCreateRequire } from 'node:module';",
      "import { fileURLToPath as rigupPath } from 'node:url';",
      'const require = rigupCreateRequire(import.meta.url);',
      'const __filename = rigupPath(import.meta.url);',
      "const __dirname = rigupPath(new URL('.', import.meta.url));",
    ].join(' '),
  },
  logLevel: 'warning',
  metafile: true,
})

// A program that runs from the build before goes on: its parts, whose names hold their checksums, stay until the build after this one, and
// the entry, which is never missing, is replaced last.
const entry = 'rigup.js'
const list = '.parts'
const own = Object.keys(metafile.outputs).map((path) => basename(path))
const before = (await readFile(join(target, list), 'utf8').catch(() => '')).split('\n')
try {
  await mkdir(target, { recursive: true })
  await writeFile(join(outdir, list), own.join('\n'))
  for (const name of [...own.filter((part) => part !== entry), list, entry]) {
    await rename(join(outdir, name), join(target, name))
  }
  const kept = new Set([...own, ...before, list])
  const outdated = (await readdir(target)).filter((name) => !kept.has(name))
  await Promise.all(outdated.map((name) => rm(join(target, name), { recursive: true, force: true })))
} finally {
  await rm(outdir, { recursive: true, force: true })
}

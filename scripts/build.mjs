// Bundles the program into dist/: one file that starts fast, and its lazily loaded parts beside it.
import { rename, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = `${root}dist`
// Two builds at once, as from two terminals, must not take each other's files away: each makes its own and puts it in place whole.
const outdir = `${root}.dist-${process.pid}`

await build({
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
})

const old = `${outdir}-old`
try {
  await rename(target, old).catch(ignoring('ENOENT'))
  // Another build that ended in between is as new as this one.
  await rename(outdir, target).catch(ignoring('ENOTEMPTY', 'EEXIST'))
} finally {
  await Promise.all([outdir, old].map((path) => rm(path, { recursive: true, force: true })))
}

function ignoring(...codes) {
  return (error) => {
    if (!codes.includes(error.code)) throw error
  }
}

import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { projectRoot } from './terminal.ts'

/** Bundles a program of the tests (JSX and all), as the product is bundled; gives the path of the result. */
export async function bundle(entry: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rigup-test-'))
  const outfile = join(directory, 'program.mjs')
  await build({
    absWorkingDir: projectRoot,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    jsx: 'automatic',
    minifySyntax: true,
    alias: { 'react-devtools-core': './scripts/empty-module.mjs' },
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    banner: {
      js: "import { createRequire as testCreateRequire } from 'node:module'; const require = testCreateRequire(import.meta.url);",
    },
    logLevel: 'warning',
  })
  return outfile
}

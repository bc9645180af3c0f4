import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { bundle } from '#test/support/bundle.ts'
import { projectRoot } from '#test/support/terminal.ts'
import type { VirtualMachine } from './machine.ts'

const run = promisify(execFile)

/** Where the product lies in the machine. */
export const product = '/opt/rigup'
export const rigup = `node ${product}/dist/rigup.mjs`

/** Puts the program itself, with the recipes and the proof model that ship, into the machine; every user can run it. */
export async function installProduct(rig: VirtualMachine): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rigup-product-'))
  const program = await bundle('src/cli.ts')
  await mkdir(join(folder, 'dist'))
  await cp(program, join(folder, 'dist', 'rigup.mjs'))
  await cp(join(projectRoot, 'recipes'), join(folder, 'recipes'), { recursive: true })
  await rm(dirname(program), { recursive: true })
  const { stdout } = await run('tar', ['-C', folder, '-czf', '-', '.'], { encoding: 'buffer', maxBuffer: 2 ** 28 })
  await rm(folder, { recursive: true })
  await rig.sh('cat > product.tar.gz', { input: stdout })
  await rig.root(
    `mkdir ${product} && tar -C ${product} --no-same-owner -xzf ~miner/product.tar.gz && chmod -R a+rX ${product}`,
  )
}

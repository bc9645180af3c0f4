import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { build } from 'esbuild'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')

export const password = 'right-password'
/** What a terminal sends for that key; given as a password, it is typed instead of one. */
export const ctrlC = '\u0003'

type Shell = { readonly code: number | null; readonly output: string }

type ShellOptions = {
  readonly input?: string | Buffer
  /** On a terminal; typed when sudo asks. */
  readonly password?: string
  /** `guest` cannot become root. */
  readonly user?: 'miner' | 'guest'
}

/** A rig with systemd, in a virtual machine of its own, reached over SSH as the user `miner`, whose password is `right-password`. */
export class VirtualMachine {
  readonly #folder: string
  readonly #image: string
  readonly #port: number
  readonly #mebibytes: number
  #qemu: ChildProcess | null = null

  private constructor(folder: string, image: string, port: number, mebibytes: number) {
    this.#folder = folder
    this.#image = image
    this.#port = port
    this.#mebibytes = mebibytes
  }

  /** Builds the image where it is not in the cache, and starts a fresh copy with the program of these tests in it. */
  static async start({ mebibytes = 1024 } = {}): Promise<VirtualMachine> {
    const { stdout } = await run('sh', [join(root, 'scripts/vm/build-image.sh')], { timeout: 900_000 })
    const folder = await mkdtemp(join(tmpdir(), 'rigup-vm-'))
    const machine = new VirtualMachine(folder, stdout.trim(), await freePort(), mebibytes)
    await run('cp', ['--sparse=always', join(machine.#image, 'vm.img'), join(folder, 'vm.img')])
    await machine.boot()
    await machine.#install()
    return machine
  }

  async boot(): Promise<void> {
    this.#qemu = spawn(
      'qemu-system-x86_64',
      [
        ...[
          '-accel',
          'tcg,thread=multi',
          '-cpu',
          'max',
          '-m',
          String(this.#mebibytes),
          '-smp',
          '2',
          '-display',
          'none',
          '-no-reboot',
        ],
        ...['-kernel', join(this.#image, 'vmlinuz'), '-initrd', join(this.#image, 'initrd.img')],
        ...['-append', 'root=/dev/vda rw console=ttyS0 quiet', '-serial', `file:${join(this.#folder, 'console.log')}`],
        ...['-drive', `file=${join(this.#folder, 'vm.img')},if=virtio,format=raw`],
        ...['-netdev', `user,id=n,hostfwd=tcp:127.0.0.1:${this.#port}-:22`, '-device', 'virtio-net,netdev=n'],
      ],
      { stdio: 'ignore' },
    )
    const until = Date.now() + 240_000
    // As the guest: what of the miner's runs then has started with the machine.
    while ((await this.sh('true', { user: 'guest' })).code !== 0) {
      if (Date.now() > until) throw new Error('the virtual machine does not answer over SSH')
      await delay(1000)
    }
  }

  /** Pulls the plug: what the guest has not written out is lost. */
  async cutPower(): Promise<void> {
    const qemu = this.#qemu
    if (qemu === null) return
    this.#qemu = null
    qemu.kill('SIGKILL')
    await once(qemu, 'exit')
  }

  async end(): Promise<void> {
    await this.cutPower()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Runs a line of shell over SSH. */
  async sh(line: string, { input, password, user }: ShellOptions = {}): Promise<Shell> {
    const ssh = this.connect(line, { hasTerminal: password !== undefined, user })
    let output = ''
    let isAsked = false
    const read = (chunk: Buffer): void => {
      output += chunk.toString('utf8')
      if (password === undefined || isAsked || !output.includes('password for')) return
      isAsked = true
      ssh.stdin?.write(password === ctrlC ? ctrlC : `${password}\n`)
    }
    ssh.stdout?.on('data', read)
    ssh.stderr?.on('data', read)
    // A machine that does not answer yet takes no input; its exit code says so.
    ssh.stdin?.on('error', () => undefined)
    if (password === undefined) ssh.stdin?.end(input ?? '')
    const [code] = await once(ssh, 'close')
    return { code: code as number | null, output }
  }

  /** What a line of shell says, without the space around it. */
  async said(line: string): Promise<string> {
    return (await this.sh(line)).output.trim()
  }

  /** What a script of shell says that root runs; throws where it fails. */
  async root(script: string): Promise<string> {
    const { code, output } = await this.sh("sudo -k -S -p '' sh -e", { input: `${password}\n${script}\n` })
    if (code !== 0) throw new Error(`exit code ${code}: ${output}`)
    return output.trim()
  }

  /** An SSH connection that runs a line of shell; killing it is what a closed laptop does. */
  connect(
    line: string,
    { hasTerminal = false, user = 'miner' }: { hasTerminal?: boolean; user?: ShellOptions['user'] } = {},
  ): ChildProcess {
    return spawn('ssh', [
      ...(hasTerminal ? ['-tt'] : []),
      ...['-p', String(this.#port), '-i', join(this.#image, 'key'), '-o', 'StrictHostKeyChecking=no'],
      ...['-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', '-o', 'ConnectTimeout=5'],
      ...['-o', 'ServerAliveInterval=5', '-o', 'ServerAliveCountMax=3', `${user}@127.0.0.1`, line],
    ])
  }

  async #install(): Promise<void> {
    const bundle = join(this.#folder, 'rigup.mjs')
    await build({
      entryPoints: [join(import.meta.dirname, 'program.ts')],
      outfile: bundle,
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
      banner: {
        js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
      },
    })
    const { code, output } = await this.sh('cat > rigup.mjs', { input: await readFile(bundle, 'utf8') })
    if (code !== 0) throw new Error(`the program did not get into the machine: ${output}`)
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

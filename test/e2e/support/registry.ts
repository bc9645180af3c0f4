import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '#test/launch/support/launch.ts'

const execute = promisify(execFile)
const standIn = join(import.meta.dirname, '../../stand-ins/container-vllm.mjs')

/** True where docker answers and a registry server is installed; the tests of containers need both. */
export async function hasContainers(): Promise<boolean> {
  const asked = ['docker info', 'docker-registry --help'].map((line) => {
    const [file = '', ...argv] = line.split(' ')
    return execute(file, argv).then(
      () => true,
      () => false,
    )
  })
  return (await Promise.all(asked)).every(Boolean)
}

/** A registry on this machine with an image in it whose `vllm` is a stand-in: Node, its libraries, and some bytes that cannot be compressed. */
export class TestRegistry {
  readonly port: number
  readonly digest: string
  readonly #folder: string
  readonly #process: ChildProcess

  private constructor(folder: string, port: number, digest: string, process: ChildProcess) {
    this.#folder = folder
    this.port = port
    this.digest = digest
    this.#process = process
  }

  static async start(): Promise<TestRegistry> {
    const folder = await mkdtemp(join(tmpdir(), 'rigup-registry-'))
    const port = await freePort()
    const storage = { filesystem: { rootdirectory: join(folder, 'blobs') } }
    await writeFile(
      join(folder, 'registry.yml'),
      JSON.stringify({ version: 0.1, storage, http: { addr: `127.0.0.1:${port}` } }),
    )
    const process = spawn('docker-registry', ['serve', join(folder, 'registry.yml')], { stdio: 'ignore' })
    const digest = await pushStandIn(folder, port)
    return new TestRegistry(folder, port, digest, process)
  }

  /** The image as it is called where the registry is reached through another port. */
  image(port = this.port): string {
    return `127.0.0.1:${port}/test/vllm:1`
  }

  async close(): Promise<void> {
    this.#process.kill('SIGKILL')
    await rm(this.#folder, { recursive: true, force: true })
  }
}

async function pushStandIn(folder: string, port: number): Promise<string> {
  const root = join(folder, 'root')
  await mkdir(join(root, 'usr/bin'), { recursive: true })
  await copyFile(process.execPath, join(root, 'usr/bin/node'))
  await copyFile(standIn, join(root, 'usr/bin/vllm'))
  await chmod(join(root, 'usr/bin/vllm'), 0o755)
  const { stdout } = await execute('ldd', [process.execPath])
  for (const [library] of stdout.matchAll(/\/\S+\.so\S*/g)) {
    await mkdir(join(root, dirname(library)), { recursive: true })
    await copyFile(library, join(root, library))
  }
  await mkdir(join(root, 'tmp'), { mode: 0o1777 })
  const name = `127.0.0.1:${port}/test/vllm:1`
  const context = join(folder, 'context')
  await mkdir(context)
  for (const number of [1, 2, 3]) await writeFile(join(context, `bytes-${number}`), randomBytes(12 * 1024 * 1024))
  const copies = [1, 2, 3].map((number) => `COPY bytes-${number} /bytes-${number}\n`).join('')
  await writeFile(join(context, 'Dockerfile'), `FROM ${name}-base\n${copies}`)
  await execute('tar', ['-C', root, '-cf', join(folder, 'root.tar'), '.'])
  await execute('docker', ['import', join(folder, 'root.tar'), `${name}-base`])
  await execute('docker', ['build', '--tag', name, context])
  const pushed = await execute('docker', ['push', name])
  await execute('docker', ['image', 'rm', '--force', name, `${name}-base`])
  const digest = /sha256:[0-9a-f]{64}/.exec(pushed.stdout)?.[0]
  if (digest === undefined) throw new Error(`the push told no digest: ${pushed.stdout}`)
  return digest
}

/** Stands before a registry and cuts the lines: all after a number of bytes, until it is mended. */
export class CuttingProxy {
  readonly port: number
  readonly #server: Server
  #left = Number.POSITIVE_INFINITY
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server, port: number) {
    this.#server = server
    this.port = port
  }

  static async before(registryPort: number): Promise<CuttingProxy> {
    const port = await freePort()
    const server = createServer()
    const proxy = new CuttingProxy(server, port)
    server.on('connection', (client) => proxy.#pass(client, registryPort))
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    return proxy
  }

  /** Lets so many more bytes through, then nothing. */
  cutAfter(bytes: number): void {
    this.#left = bytes
  }

  mend(): void {
    this.#left = Number.POSITIVE_INFINITY
  }

  #pass(client: Socket, registryPort: number): void {
    if (this.#left <= 0) {
      client.destroy()
      return
    }
    const registry = connect(registryPort, '127.0.0.1')
    for (const socket of [client, registry]) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        registry.destroy()
        this.#sockets.delete(socket)
      })
    }
    client.pipe(registry)
    registry.on('data', (chunk) => {
      this.#left -= chunk.length
      if (this.#left <= 0) for (const socket of this.#sockets) socket.destroy()
      else if (!client.write(chunk)) {
        registry.pause()
        client.once('drain', () => registry.resume())
      }
    })
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}

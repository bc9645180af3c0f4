import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { planToShell } from '#src/export/sh.ts'
import type { Operation } from '#src/plan/operation.ts'
import { type Action, action, type Plan } from '#src/plan/plan.ts'

const run = promisify(execFile)

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rigup-sh-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function planOf(...actions: Action[]): Plan {
  return { schemaVersion: 1, recipe: 'test', actions, untouched: ['Nothing else.'] }
}

function act(id: string, operations: Operation[], rest: Partial<Action> = {}): Action {
  return action({ id, title: `the "${id}" of $HOME`, reason: 'a test', operations }, rest)
}

type Ran = { code: number; said: string }

/** Runs a plan's script with dash, and gives its exit code and what it said. */
async function runScript(plan: Plan, archives?: ReadonlyMap<string, string>): Promise<Ran> {
  const path = join(folder, 'script.sh')
  await writeFile(path, planToShell(plan, archives))
  await run('sh', ['-n', path])
  try {
    const { stderr, stdout } = await run('dash', [path], {
      env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder },
    })
    return { code: 0, said: stdout + stderr }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && 'stderr' in error)) throw error
    return { code: Number(error.code), said: String(error.stderr) }
  }
}

describe('a plan as a shell script', () => {
  test('does each kind of operation', async () => {
    const awkward = `it's a "file" with $HOME and \`ticks\` \\ here\nEND_OF_FILE\n`
    await mkdir(join(folder, 'from'))
    await writeFile(join(folder, 'from', 'inside'), 'inside\n')
    await writeFile(join(folder, 'lines'), 'first')
    const wheel = join(folder, 'tool.zip')
    await run('python3', [
      '-c',
      `import zipfile; zipfile.ZipFile(${JSON.stringify(wheel)}, 'w').writestr('a/tool', 'tool!\\n')`,
    ])
    const bytes = await readFile(wheel)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    await mkdir(join(folder, 'simple', 'my-tool'), { recursive: true })
    await writeFile(
      join(folder, 'simple', 'my-tool', 'index.html'),
      `<a href="../../tool.zip#sha256=${sha256}">my_tool-1.0+x.whl</a>\n`,
    )
    const plan = planOf(
      act('directory', [{ kind: 'make-directory', path: `${folder}/a b`, mode: 0o700 }]),
      act('write', [{ kind: 'write', path: `${folder}/a b/file`, content: awkward, mode: 0o600 }]),
      act('no-line-end', [{ kind: 'write', path: `${folder}/short`, content: "it's" }]),
      act('copy', [{ kind: 'copy', from: `${folder}/from`, to: `${folder}/to` }]),
      act('line', [
        {
          kind: 'add-line',
          path: `${folder}/lines`,
          line: "second # it's",
          verify: ['grep', '-q', 'second', '{file}'],
        },
        { kind: 'add-line', path: `${folder}/lines`, line: 'third' },
        { kind: 'remove-line', path: `${folder}/lines`, line: 'third' },
      ]),
      act('run', [
        { kind: 'run', argv: ['sh', '-c', 'echo "$WORD" >out'], environment: { WORD: "it's $x" }, directory: folder },
      ]),
      act('fetch', [
        {
          kind: 'fetch',
          path: `${folder}/got/tool.whl`,
          sha256,
          sources: [
            { kind: 'url', url: `file://${folder}/not-there` },
            { kind: 'index', index: `file://${folder}/simple/`, project: 'My_Tool', file: 'my_tool-1.0+x.whl' },
          ],
        },
        {
          kind: 'extract',
          archive: `${folder}/got/tool.whl`,
          member: 'a/tool',
          path: `${folder}/bin/tool`,
          mode: 0o755,
        },
      ]),
      act('remove', [{ kind: 'remove', path: `${folder}/from` }]),
      act('conditions', [
        { kind: 'run', argv: ['false'], allowFailure: true },
        { kind: 'run', argv: ['touch', `${folder}/needed`], onlyIf: { kind: 'path-exists', path: folder } },
        { kind: 'run', argv: ['touch', `${folder}/not`], onlyIf: { kind: 'path-exists', path: `${folder}/from` } },
      ]),
    )
    const { code, said } = await runScript(plan)
    expect(said).toContain('All done.')
    expect(code).toBe(0)
    expect(await readFile(`${folder}/a b/file`, 'utf8')).toBe(awkward)
    expect((await stat(`${folder}/a b/file`)).mode & 0o777).toBe(0o600)
    expect((await stat(`${folder}/a b`)).mode & 0o777).toBe(0o700)
    expect(await readFile(`${folder}/short`, 'utf8')).toBe("it's")
    expect(await readFile(`${folder}/to/inside`, 'utf8')).toBe('inside\n')
    expect(await readFile(`${folder}/lines`, 'utf8')).toBe("first\nsecond # it's\n")
    expect(await readFile(`${folder}/out`, 'utf8')).toBe("it's $x\n")
    expect(await readFile(`${folder}/bin/tool`, 'utf8')).toBe('tool!\n')
    expect((await stat(`${folder}/bin/tool`)).mode & 0o777).toBe(0o755)
    await expect(stat(`${folder}/from`)).rejects.toThrow('ENOENT')
    await stat(`${folder}/needed`)
    await expect(stat(`${folder}/not`)).rejects.toThrow('ENOENT')
  })

  test('leaves alone what is done, and does nothing twice', async () => {
    const content = 'a\n'
    const path = `${folder}/file`
    const plan = planOf(
      act(
        'write',
        [
          { kind: 'write', path, content },
          { kind: 'run', argv: ['sh', '-c', `echo x >>${folder}/count`] },
        ],
        {
          check: [
            { kind: 'path-exists', path },
            { kind: 'file-is', path, content },
            { kind: 'file-has-line', path, line: 'a' },
            { kind: 'file-sha256', path, sha256: createHash('sha256').update(content).digest('hex') },
            { kind: 'command', argv: ['cat', path], contains: 'a' },
          ],
        },
      ),
    )
    await runScript(plan)
    const { said } = await runScript(plan)
    expect(said).toContain('was done before')
    expect(await readFile(`${folder}/count`, 'utf8')).toBe('x\n')
    await writeFile(path, 'b\n')
    await runScript(plan)
    expect(await readFile(`${folder}/count`, 'utf8')).toBe('x\nx\n')
  })

  test.each([
    ['a command that fails', act('a', [{ kind: 'run', argv: ['false'] }]), ''],
    [
      'an action that is not in effect',
      act('a', [{ kind: 'run', argv: ['true'] }], { verify: [{ kind: 'path-exists', path: '/not/there' }] }),
      'carried out, and not in effect',
    ],
    [
      'a line that is not accepted',
      act('a', [{ kind: 'add-line', path: '/tmp/rigup-sh-line', line: 'x', verify: ['false'] }]),
      'was not accepted',
    ],
    ['a folder of the system', act('a', [{ kind: 'remove', path: '/' }]), '/ is not removed'],
    [
      'a file with another checksum',
      act('a', [
        {
          kind: 'fetch',
          path: '/tmp/rigup-sh-fetch/x',
          sha256: '0'.repeat(64),
          sources: [{ kind: 'url', url: 'file:///etc/passwd' }],
        },
      ]),
      'is not the file that was expected',
    ],
  ])('ends at %s', async (_, broken, words) => {
    const { code, said } = await runScript(
      planOf(broken, act('after', [{ kind: 'write', path: `${folder}/after`, content: '' }])),
    )
    expect(code).not.toBe(0)
    expect(said).toContain(words)
    await expect(stat(`${folder}/after`)).rejects.toThrow('ENOENT')
  })

  test('goes on past what is optional', async () => {
    const broken = act(
      'a',
      [
        { kind: 'run', argv: ['false'] },
        { kind: 'write', path: `${folder}/not`, content: '' },
      ],
      { optional: true },
    )
    const { code, said } = await runScript(
      planOf(broken, act('after', [{ kind: 'write', path: `${folder}/after`, content: '' }])),
    )
    expect([code, said]).toEqual([0, expect.stringContaining('it goes on without')])
    await expect(stat(`${folder}/not`)).rejects.toThrow('ENOENT')
    await stat(`${folder}/after`)
  })

  test('holds the files that come with rigup', async () => {
    await mkdir(join(folder, 'own'))
    await writeFile(join(folder, 'own', 'model'), 'weights')
    await run('tar', ['-czf', `${folder}/own.tgz`, '-C', `${folder}/own`, '.'])
    const archives = new Map([['/opt/rigup/model', (await readFile(`${folder}/own.tgz`)).toString('base64')]])
    await runScript(planOf(act('copy', [{ kind: 'copy', from: '/opt/rigup/model', to: `${folder}/there` }])), archives)
    expect(await readFile(`${folder}/there/model`, 'utf8')).toBe('weights')
  })

  test('starts an engine, waits for it, asks it, and ends it', async () => {
    const server = join(folder, 'engine.py')
    await writeFile(server, engine)
    await chmod(server, 0o755)
    await writeFile(join(folder, 'key'), 'very-secret')
    const serve = (expected: string): Plan =>
      planOf(
        act('serve', [
          {
            kind: 'serve',
            serve: {
              engine: 'vllm',
              purpose: 'proof',
              argv: ['python3', server],
              environment: { PORT: '18437' },
              host: '127.0.0.1',
              port: 18437,
              servedName: 'tiny "model"',
              prompts: [{ prompt: "what's it?", expected, maxTokens: 4 }],
              apiKeyFile: join(folder, 'key'),
              stallSeconds: 20,
              afterTest: 'stop',
            },
          },
        ]),
      )
    const right = await runScript(serve('forty\n"two"'))
    expect([right.code, right.said]).toEqual([0, expect.stringContaining('All done.')])
    expect(right.said).not.toContain('very-secret')
    const wrong = await runScript(serve('something else'))
    expect([wrong.code, wrong.said]).toEqual([1, expect.stringContaining('the engine gives a wrong answer')])
    await expect(run('curl', ['-s', 'http://127.0.0.1:18437/'])).rejects.toThrow()
  })
})

const engine = `
import http.server, json, os
class Handler(http.server.BaseHTTPRequestHandler):
    def reply(self, value):
        body = json.dumps(value, separators=(',', ':')).encode()
        allowed = self.headers.get('Authorization') == 'Bearer ' + os.environ['VLLM_API_KEY']
        self.send_response(200 if allowed else 401)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        self.reply({'data': [{'id': 'tiny "model"'}]})
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        assert asked['messages'][0]['content'] == "what's it?", asked
        self.reply({'choices': [{'message': {'content': 'forty\\n"two"'}}]})
http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()
`

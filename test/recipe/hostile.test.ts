import { describe, expect, test } from 'vitest'
import { withFields } from '#src/recipe/fields.ts'
import { type Recipe, recipeSchema } from '#src/recipe/schema/recipe.ts'

const recipe: Recipe = recipeSchema.parse({
  rigup: 1,
  name: 'plain',
  model: { source: 'hub', id: 'Qwen/Qwen3-8B-AWQ' },
  engine: { route: 'vllm-cuda-wheel', version: '0.32.0' },
})

/** Where the schema says no; empty where it takes the value. */
function refused(path: string, value: unknown): string[] {
  const { error } = recipeSchema.safeParse(withFields(recipe, { [path]: value }))
  return (error?.issues ?? []).map((issue) => issue.path.join('.'))
}

describe('a recipe from anybody is refused', () => {
  test.each([
    ['server.host', '127.0.0.1;touch /tmp/x;'],
    ['server.host', '$(reboot)'],
    ['model.id', 'a\n{ evil = true; }'],
    ['model.id', '--trust-remote-code'],
    ['model.servedName', '-x'],
    ['model.revision', '--upload'],
    ['engine.version', '0.32.0 --index-url http://evil'],
    ['engine.package', 'vllm @ git+https://evil'],
    ['engine.image', '--privileged'],
    ['engine.image', 'name:tag name'],
    ['engine.digest', 'sha256:latest'],
    ['engine.python', '3.12; rm'],
    ['packages.index', 'not an address'],
    ['packages.index', '--trusted-host'],
    ['memory.swap', { path: '/swap\n/dev/sda none', bytes: 1 }],
    ['install.directory', 'relative'],
    ['install.directory', '/a\u001b[2Jb'],
    ['packages.index', 'https://me:secret@mirror.example.org/simple'],
    ['server.environment', { A: 'clear\u001b[2J' }],
    ['server.environment', { 'A B': 'x' }],
    ['server.arguments', { '-x': 'y' }],
    ['server.arguments', { grammar: 'a\rb' }],
    ['description', 'clear\u001b[2J'],
  ])('%s = %j', (path, value) => {
    expect(refused(path, value).join()).toContain(path)
  })
})

test.each([
  ['server.host', '::1'],
  ['server.host', 'rig.local'],
  ['model.id', '/models/with space/größe'],
  ['engine.version', '0.33.0+cu129'],
  ['engine.version', '0.12.0rc2.dev3+g1234'],
  ['engine.image', 'registry.example.org:5000/vllm/vllm-openai:v0.32.0-cu129'],
  ['packages.index', 'https://mirror.example.org/simple/'],
  ['description', 'two\nlines'],
  ['packages.findLinks', ['/srv/wheels', 'file:///srv/wheels']],
  ['server.arguments', { 'hf-overrides': '{"rope_scaling": {"factor": 4}}', 'compilation-config': '{"level": 0}' }],
])('%s = %j is taken', (path, value) => {
  expect(refused(path, value)).toEqual([])
})

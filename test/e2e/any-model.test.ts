import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hubStandIn, type StandIn } from '#test/models/hub-stand-in.ts'
import { TestTerminal } from '#test/support/terminal.ts'

const rigup = join(import.meta.dirname, '../../bin/rigup')
const config = {
  architectures: ['Qwen3ForCausalLM'],
  model_type: 'qwen3',
  hidden_size: 2560,
  num_hidden_layers: 18,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 128,
  intermediate_size: 9728,
  vocab_size: 151936,
  max_position_embeddings: 40960,
}

let home: string
let hub: StandIn
let terminal: TestTerminal

async function open(...args: string[]): Promise<void> {
  const env = {
    HOME: home,
    HF_ENDPOINT: hub.url,
    HF_HOME: home,
    HF_TOKEN: undefined,
    HF_HUB_OFFLINE: undefined,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_STATE_HOME: join(home, 'state'),
    XDG_DATA_HOME: join(home, 'data'),
  }
  terminal = new TestTerminal([rigup, '--machine', 'rtx3060-desktop', ...args], { env, columns: 110, rows: 34 })
  await terminal.waitFor('Is this right?', 60_000)
  terminal.press('enter')
  await terminal.waitFor('Which model should be served?', 30_000)
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'rigup-any-model-'))
  hub = await hubStandIn('someone/new-4b', [
    { path: 'config.json', bytes: 700, content: JSON.stringify(config) },
    { path: 'model.safetensors', bytes: 5.1e9 },
  ])
})
afterEach(async () => {
  await terminal.close()
  await hub.close()
  await rm(home, { recursive: true, force: true })
})

test('a model that nobody shipped is pasted, read, laid out, and goes into the recipe with what was read', async () => {
  await open()
  terminal.press('\u001b[200~someone/new-4b\u001b[201~')
  await terminal.waitFor('> someone/new-4b')
  terminal.press('enter')
  await terminal.waitFor(/someone\/new-4b +4\.7 GiB +fits/)
  terminal.press('enter')
  await terminal.waitFor('Which engine')
  terminal.press('enter')
  await terminal.waitFor(/as published +4\.7 GiB/)
  terminal.press('enter')
  await terminal.waitFor('How should the machine be kept safe?')
  terminal.press('enter')
  await terminal.waitFor('This is what would be done.')
  terminal.press('s')
  await terminal.waitFor('Saved:')
  const saved = await readFile(join(home, 'config/rigup/recipes/new-4b.yaml'), 'utf8')
  expect(saved).toContain('id: someone/new-4b')
  expect(saved).toMatch(/checkpoint:\n +from: hub/)
  expect(saved).toContain('num_hidden_layers: 18')
})

test('one that the hub does not have is refused where it is named', async () => {
  await open('--model', 'someone/absent')
  await terminal.waitFor(/someone\/absent +There is no someone\/absent/)
})

import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { client } from '#src/export/client.ts'
import { compose } from '#src/export/compose.ts'
import { exportTargets } from '#src/export/export-targets.ts'
import { nix } from '#src/export/nix.ts'
import { systemd } from '#src/export/systemd.ts'
import type { RecipeInput } from '#src/recipe/schema/recipe.ts'
import { exportInput } from '#test/support/export-input.ts'

const digest = `sha256:${'a'.repeat(64)}`
const hostile = `x" ; \${pkgs.evil} $(reboot) %h 'q' \\`

const wheel: RecipeInput = {
  rigup: 1,
  name: 'wheel',
  model: { source: 'hub', id: 'Qwen/Qwen3-8B-AWQ' },
  engine: { route: 'vllm-cuda-wheel', version: '0.32.0' },
  server: { port: 8001, apiKey: 'file' },
  memory: { limits: { memoryBytes: 1024, oomScoreAdjust: 1000 } },
}
const image: RecipeInput = {
  rigup: 1,
  name: 'image',
  model: { source: 'hub', id: 'Qwen/Qwen3-32B' },
  engine: { route: 'vllm-cuda-image', version: '0.32.0', image: 'docker.io/vllm/vllm-openai:v0.32.0', digest },
  memory: { swap: { path: '/swapfile', bytes: 64 * 2 ** 30 } },
}
const ollama: RecipeInput = {
  rigup: 1,
  name: 'ollama',
  model: { source: 'ollama', id: 'qwen3:8b' },
  engine: { route: 'ollama', version: 'newest' },
  server: { port: 11434 },
}
const llamaCpp: RecipeInput = {
  rigup: 1,
  name: 'llama',
  model: { source: 'hub', id: 'unsloth/Qwen3-8B-GGUF', file: 'Qwen3-8B-Q4_K_M.gguf' },
  engine: { route: 'llama-cpp', version: 'newest' },
}

describe('a systemd unit', () => {
  test('starts the engine with its limits, and without the scope of a test launch', async () => {
    const unit = systemd.write(await exportInput({ ...wheel, server: { port: 8001 } }, 'rtx3060-desktop'))
    expect(unit).toMatch(/^ExecStart=\/home\/op\/\S+\/venv\/bin\/vllm serve Qwen\/Qwen3-8B-AWQ /m)
    expect(unit).toContain('\nMemoryMax=1024\n')
    expect(unit).toContain('\nOOMScoreAdjust=1000\n')
    expect(unit).not.toContain('systemd-run')
    expect(unit).toContain('WantedBy=default.target')
  })

  test('takes the key from its file', async () => {
    const unit = systemd.write(await exportInput(wheel, 'rtx3060-desktop'))
    expect(unit).toMatch(/^ExecStart=\/bin\/sh -c "VLLM_API_KEY=\$\$\(cat -- .*\/api-key \/home/m)
  })

  test('fills in nothing that a recipe says', async () => {
    const recipe = { ...image, server: { environment: { A: hostile }, arguments: { 'chat-template': hostile } } }
    const unit = systemd.write(await exportInput(recipe, 'shared-a100'))
    expect(unit).toContain('$${pkgs.evil} $$(reboot) %%h')
  })
})

describe('a NixOS module', () => {
  test.each([
    ['cards that the ROCm build does not know', 'radeon-desktop', 'ollama-vulkan'],
    ['cards of NVIDIA', 'rtx3060-desktop', 'ollama-cuda'],
    ['no card', 'cpu-server', 'ollama-cpu'],
  ])('takes the build of Ollama for %s', async (_, machine, name) => {
    const module = nix.write(await exportInput(ollama, machine))
    expect(module).toContain(`package = pkgs.${name};`)
    expect(module).toContain('loadModels = [\n      "qwen3:8b"\n    ];')
    expect(module).not.toContain('/etc')
  })

  test('declares an image by its digest, with cards, caches and swap', async () => {
    const module = nix.write(await exportInput(image, 'shared-a100'))
    expect(module).toContain(`image = "docker.io/vllm/vllm-openai@${digest}";`)
    expect(module).toContain('"--device=nvidia.com/gpu=all"')
    expect(module).toContain('hardware.nvidia-container-toolkit.enable = true;')
    expect(module).toContain('size = 65536;')
  })

  test('fills in nothing that a recipe says', async () => {
    const recipe = { ...llamaCpp, server: { environment: { A: hostile }, arguments: { grammar: hostile } } }
    const module = nix.write(await exportInput(recipe, 'radeon-desktop'))
    const filledIn = module.match(/(?<!\\)\$\{[^}]*/g)
    expect(filledIn).toEqual(['${pkgs.llama-cpp.override { vulkanSupport = true; '])
  })

  test('puts names with dots in quotes', async () => {
    const module = nix.write(await exportInput({ ...llamaCpp, name: 'qwen2.5-7b' }, 'radeon-desktop'))
    expect(module).toContain('systemd.services."rigup-qwen2.5-7b" = {')
  })

  test('holds no key', async () => {
    const input = await exportInput({ ...llamaCpp, server: { apiKey: 'file' } }, 'radeon-desktop')
    expect(() => nix.write(input)).toThrow(/cannot hold an API key/)
  })

  test('says why a wheel cannot be one, and what can', async () => {
    const input = await exportInput({ ...wheel, server: {} }, 'rtx3060-desktop')
    expect(() => nix.write(input)).toThrow(/cannot be a NixOS module/)
  })
})

describe('a compose file', () => {
  test('declares what the launch runs', async () => {
    const { services } = parse(compose.write(await exportInput(image, 'shared-a100')))
    expect(services.engine).toMatchObject({
      image: `docker.io/vllm/vllm-openai@${digest}`,
      network_mode: 'host',
      ipc: 'host',
      environment: { HF_TOKEN: null },
      deploy: { resources: { reservations: { devices: [{ driver: 'nvidia' }] } } },
    })
    expect(services.engine.command).toContain('Qwen/Qwen3-32B')
  })

  test('fills in nothing that a recipe says', async () => {
    const recipe = { ...image, server: { environment: { A: hostile } } }
    const { services } = parse(compose.write(await exportInput(recipe, 'shared-a100')))
    expect(services.engine.environment.A.replaceAll('$$', '')).not.toContain('$')
  })

  test('is refused for a route without an image', async () => {
    const input = await exportInput(wheel, 'rtx3060-desktop')
    expect(() => compose.write(input)).toThrow(/has no image/)
  })
})

test('settings for clients name the address and the model, and where the key is but not the key', async () => {
  const text = client.write(await exportInput(wheel, 'rtx3060-desktop'))
  expect(text).toContain('Base URL   http://127.0.0.1:8001/v1')
  expect(text).toContain('model: "Qwen/Qwen3-8B-AWQ"')
  expect(text).toMatch(/OPENAI_API_KEY="\$\(cat \/home\/op\/.*\/api-key\)"/)
})

test.each(Object.entries(exportTargets))('%s is the same text every time', async (_, target) => {
  const input = await exportInput(image, 'shared-a100')
  expect(target.write(input)).toBe(target.write(input))
})

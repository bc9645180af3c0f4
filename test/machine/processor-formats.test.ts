import { expect, it } from 'vitest'
import { machineValues } from '#src/machine/values.ts'
import { machineOf } from './captures.ts'

async function cpuOf(file: string, text: string) {
  return machineValues(await machineOf({ [file]: text })).cpu
}

it('adds up two kinds of cores in one processor', async () => {
  const block = (name: string) =>
    `  Model name: ${name}\n    Thread(s) per core: 1\n    Core(s) per socket: 10\n    Socket(s): 1\n`
  const text = `Architecture: aarch64\nCPU(s): 20\nVendor ID: ARM\n${block('Cortex-X925')}${block('Cortex-A725')}NUMA node(s): 1\n`
  expect(await cpuOf('lscpu.txt', text)).toMatchObject({
    model: 'Cortex-X925 + Cortex-A725',
    cores: 20,
    threads: 20,
    sockets: 1,
    architecture: 'aarch64',
  })
})

it.each([
  [
    'lscpu-e.txt',
    'CPU NODE SOCKET CORE L1d:L1i:L2:L3 ONLINE\n  0    0      0    0 0:0:0:0          yes\n  1    0      0    0 0:0:0:0          yes\n  2    1      1    1 1:1:1:1          yes\n  3    1      1    1 1:1:1:1          yes\n  4    -      -    - -                 no\n',
  ],
  [
    'lscpu-p.csv',
    '# Each different item in every column has an unique ID\n# CPU,Core,Socket,Node,,L1d,L1i,L2,L3\n0,0,0,0,,0,0,0,0\n1,0,0,0,,0,0,0,0\n2,1,1,1,,1,1,1,1\n3,1,1,1,,1,1,1,1\n',
  ],
])('reads the list of %s', async (file, text) => {
  expect(await cpuOf(file, text)).toMatchObject({
    sockets: 2,
    cores: 2,
    threads: 4,
    numaNodes: 2,
    model: null,
    flags: null,
  })
})

it('names ARM’s cores by their numbers', async () => {
  const one = (part: string) => `Features : fp asimd sve\nCPU implementer : 0x41\nCPU part : ${part}\n`
  const text = `processor : 0\n${one('0xd85')}\nprocessor : 1\n${one('0xd87')}`
  expect(await cpuOf('cpuinfo.txt', text)).toMatchObject({
    vendor: 'ARM',
    model: 'Cortex-X925 + Cortex-A725',
    architecture: 'aarch64',
    threads: 2,
    cores: null,
  })
  expect(await cpuOf('cpuinfo.txt', text.replaceAll('0xd85', '0xfff'))).toMatchObject({ vendor: 'ARM', model: null })
})

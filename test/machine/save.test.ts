import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machineFromCaptures } from '#src/machine/from-captures.ts'
import { recordCaptures, recordingPreview, writeCaptures } from '#src/machine/save-captures.ts'
import { standIns } from '#src/machine/stand-ins.ts'
import { machineValues } from '#src/machine/values.ts'
import { nvidiaCsv, nvidiaTable, nvidiaXml, rig } from './outputs/nvidia.ts'
import { savedHost } from './saved-host.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rigup-save-'))
})
afterAll(() => rm(directory, { recursive: true }))

const host = savedHost({
  commands: {
    'nvidia-smi -q -x': nvidiaXml(rig).replace(
      '<product_architecture>',
      '<serial>1320500000017</serial><product_architecture>',
    ),
    'nvidia-smi --query-gpu=index,uuid,pci.bus_id,compute_cap --format=csv': nvidiaCsv(rig),
    'nvidia-smi': nvidiaTable([
      {
        ...rig[0],
        name: 'NVIDIA GeForce RTX 3060',
        bus: '00000000:01:00.0',
        total: '12288 MiB',
        used: '0 MiB',
        processes: [{ pid: 5, name: '/home/annabell/train.py', memory: '3 MiB' }],
      },
    ]),
    'findmnt -J -b -o TARGET,SOURCE,FSTYPE,OPTIONS': JSON.stringify({
      filesystems: [
        { target: '/', source: '/dev/sda1', fstype: 'ext4', options: 'rw' },
        { target: '/home', source: 'filer.secret.example:/home/annabell', fstype: 'nfs4', options: 'rw,addr=10.1.2.3' },
      ],
    }),
    lscpu: 'Architecture: x86_64\nCPU(s): 2\nModel name: Test CPU\n',
  },
  files: {
    '/proc/sys/kernel/hostname': 'gpubox.secret.example\n',
    '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nannabell:x:1001:1001::/home/annabell:/bin/sh\n',
    '/etc/os-release': 'ID=debian\nVERSION_ID="12"\nNAME="gpubox"\n',
  },
})

describe('a recording', () => {
  it('gives back the machine, without serials, UUIDs, hosts and users', async () => {
    const recording = await recordCaptures(host)
    const all = recording.files.map((file) => file.text).join('\n')
    for (const secret of [
      '11111111-2222',
      '1320500000017',
      'annabell',
      'gpubox',
      'filer',
      'secret.example',
      '10.1.2.3',
    ])
      expect(all).not.toContain(secret)

    const target = join(directory, 'captures')
    await writeCaptures(recording, target)
    const values = machineValues(await machineFromCaptures(target))
    expect(values.gpus.map((gpu) => [gpu.name, gpu.memoryTotalBytes, gpu.capability])).toEqual([
      ['NVIDIA GeForce RTX 3060', 12288 * 1024 ** 2, '8.6'],
      ['NVIDIA GeForce RTX 3060', 12288 * 1024 ** 2, '8.6'],
    ])
    expect(values.gpus[0]?.uuid).toMatch(/^GPU-[0-9]{8}-[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{12}$/)
    expect(values.gpus[0]?.uuid).not.toBe(values.gpus[1]?.uuid)
    expect(values.os.id).toBe('debian')
    expect(values.cpu.model).toBe('Test CPU')
  })

  it('previews its files and what was replaced', async () => {
    const lines = recordingPreview(await recordCaptures(host), '/tmp/x').join('\n')
    expect(lines).toContain('nvidia-smi-q.xml')
    expect(lines).toMatch(/2 UUIDs/)
    expect(lines).toMatch(/1 user name/)
  })

  it('is the same twice', async () => {
    expect((await recordCaptures(host)).files).toEqual((await recordCaptures(host)).files)
  })

  it('does not mix with what is there', async () => {
    await writeFile(join(directory, 'other'), '')
    await expect(writeCaptures(await recordCaptures(host), directory)).rejects.toMatchObject({ exit: 'input' })
    expect(await readdir(directory)).not.toContain('lscpu.txt')
    expect(await readFile(join(directory, 'other'), 'utf8')).toBe('')
  })
})

describe('stand-ins', () => {
  const clean = (text: string) => standIns({ hosts: ['gpubox'], users: ['anna'] }).clean(text)

  it.each([
    ['GPU UUID : GPU-12b9377c-be7e-5c94-e8a7-0d9d23929523', 'GPU UUID : GPU-00000000-0000-0000-0000-000000000001'],
    ['Serial Number : 1320500000017', 'Serial Number : 0000000000001'],
    ['Serial Number : N/A', 'Serial Number : N/A'],
    ['GPU[0] : Unique ID: 0x4edfb117a17a07d', 'GPU[0] : Unique ID: 0x000000000000001'],
    ['"serial": "S4EWNX0N123456"', '"serial": "00000000000001"'],
    ['"serial": null', '"serial": null'],
    ['Device Serial Number 00-15-5d-ff-fe-12-34-56', 'Device Serial Number 00-00-00-00-00-00-00-01'],
    ['/home/anna/x on gpubox', '/home/user-1/x on host-1'],
    ['annabel gpubox2', 'annabel gpubox2'],
    ['nas.example:/export /mnt nfs4', 'server-1:/export /mnt nfs4'],
    ['https://example.org/a 00000000:01:00.0 2026-11-21', 'https://example.org/a 00000000:01:00.0 2026-11-21'],
  ])('%s', (text, expected) => expect(clean(text)).toBe(expected))
})

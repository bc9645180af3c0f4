import { amdTargetOf } from '../../knowledge/gpus.ts'
import { type Fact, known } from '../fact.ts'
import type { Host } from '../host/host.ts'
import { readAmdSmi } from '../probes/amd-smi/read.ts'
import { readKfdProperties } from '../probes/kfd.ts'
import { readRocmSmi } from '../probes/rocm-smi.ts'
import { by, readPciAddress } from '../read-value.ts'
import { cite, type GpuReading, type Reading } from '../reading.ts'
import { ask, findProgram, oncePerTool, type Probe, sourceAt, word } from './probe.ts'

/**
 * AMD's cards: the kernel's own figures (no tool and no root needed), the compute driver's topology, and ROCm's tools where they
 * are installed.
 */
export const amd: Probe = async (host) => {
  const cards = await drmCards(host)
  const nodes = await kfdNodes(host)
  if (cards.length === 0 && nodes.length === 0) return []
  const [tools, version, access] = await Promise.all([
    askTools(host),
    rocmVersion(host),
    kfdAccess(host, nodes.length > 0),
  ])
  const readings: Reading[] = [{ gpus: nodes }, { gpus: cards }, ...tools, ...access]
  return version === null ? readings : readings.map((reading) => withRuntime(reading, version))
}

async function askTools(host: Host): Promise<Reading[]> {
  if ((await findProgram(host, 'amd-smi')) !== null) {
    const answers = await Promise.all([
      ask(host, ['amd-smi', 'static', '--json'], readAmdSmi),
      ask(host, ['amd-smi', 'list', '--json'], readAmdSmi),
      ask(host, ['amd-smi', 'topology', '--json'], readAmdSmi),
    ])
    return oncePerTool(answers.flat())
  }
  const answers = await Promise.all([
    ask(host, ['rocm-smi', '--showproductname', '--showbus', '--showdriverversion', '--json'], readRocmSmi),
    ask(host, ['rocm-smi', '--showtopotype'], readRocmSmi),
  ])
  return oncePerTool(answers.flat())
}

/** The cards as amdgpu tells them in sysfs. */
export async function drmCards(host: Host): Promise<GpuReading[]> {
  const names = ((await host.list('/sys/class/drm')) ?? []).filter((name) => /^card\d+$/.test(name)).toSorted()
  const cards = await Promise.all(names.map((name) => drmCard(host, name)))
  return cards.filter((card) => card !== null)
}

async function drmCard(host: Host, name: string): Promise<GpuReading | null> {
  const directory = `/sys/class/drm/${name}/device`
  if ((await word(host, `${directory}/vendor`)) !== '0x1002') return null
  const number = async (file: string): Promise<Fact<number> | null> => {
    const text = await word(host, `${directory}/${file}`)
    const value = text === null ? Number.NaN : Number(text)
    return Number.isSafeInteger(value)
      ? by(known(value, cite(sourceAt(host, `${directory}/${file}`), text ?? undefined)), `sysfs ${file}`)
      : null
  }
  const [path, device, vram, vramUsed, gtt, gttUsed, busy, unique, product] = await Promise.all([
    host.realPath(directory),
    word(host, `${directory}/device`),
    number('mem_info_vram_total'),
    number('mem_info_vram_used'),
    number('mem_info_gtt_total'),
    number('mem_info_gtt_used'),
    number('gpu_busy_percent'),
    word(host, `${directory}/unique_id`),
    word(host, `${directory}/product_name`),
  ])
  const deviceId = device === null ? null : Number.parseInt(device, 16)
  const integrated = deviceId === null ? false : (amdTargetOf(deviceId)?.integrated ?? false)
  // A GPU inside the CPU allocates from the larger of carve-out and GTT (Linux 6.10 and newer).
  const fromGtt = integrated && (gtt?.value ?? 0) > (vram?.value ?? 0)
  const total = fromGtt ? gtt : vram
  const used = fromGtt ? gttUsed : vramUsed
  const address = readPciAddress(path?.split('/').at(-1))
  const facts = {
    pciAddress: address === null ? null : known(address, cite(sourceAt(host, directory), address)),
    name: product === null ? null : known(product, cite(sourceAt(host, `${directory}/product_name`), product)),
    uuid:
      unique === null
        ? null
        : known(`GPU-${unique.padStart(16, '0')}`, cite(sourceAt(host, `${directory}/unique_id`), unique)),
    memoryTotalBytes: total,
    memoryUsedBytes: used,
    memoryFreeBytes:
      total?.value && used?.value !== null && used?.value !== undefined
        ? by(known(Math.max(0, total.value - used.value), ...used.evidence), 'total less used')
        : null,
    utilizationPercent: busy,
    displayAttached: await displayFact(host, name),
  }
  return {
    vendor: 'amd',
    ...(deviceId === null ? {} : { deviceId }),
    facts: Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== null)) as GpuReading['facts'],
  }
}

async function displayFact(host: Host, card: string): Promise<Fact<boolean>> {
  const outputs = ((await host.list('/sys/class/drm')) ?? []).filter((name) => name.startsWith(`${card}-`))
  const states = await Promise.all(outputs.map((name) => word(host, `/sys/class/drm/${name}/status`)))
  return known(states.includes('connected'), cite(sourceAt(host, `/sys/class/drm/${card}-*/status`)))
}

/** The nodes that the compute driver (amdkfd) knows: their order is that of HIP_VISIBLE_DEVICES. */
async function kfdNodes(host: Host): Promise<GpuReading[]> {
  const root = '/sys/class/kfd/kfd/topology/nodes'
  const names = ((await host.list(root)) ?? [])
    .filter((name) => /^\d+$/.test(name))
    .toSorted((a, b) => Number(a) - Number(b))
  const texts = await Promise.all(names.map((name) => host.readText(`${root}/${name}/properties`)))
  const nodes = texts.flatMap((text, index) =>
    text === null ? [] : readKfdProperties(text, sourceAt(host, `${root}/${names[index]}/properties`)),
  )
  return nodes.map((node, index) => ({ ...node, toolIndex: index }))
}

async function kfdAccess(host: Host, nodesKnown: boolean): Promise<Reading[]> {
  const may = await host.may('/dev/kfd', 'rw')
  if (may === true) return []
  if (may === null && !nodesKnown) {
    return [
      {
        problems: [
          {
            about: 'amdgpu-driver',
            text: 'There is no /dev/kfd: the compute part of the amdgpu driver is not loaded, so ROCm cannot use the cards.',
          },
        ],
      },
    ]
  }
  return may === false
    ? [
        {
          problems: [
            {
              about: 'amdgpu-driver',
              text: 'This user may not open /dev/kfd: ROCm needs membership in the groups render and video.',
            },
          ],
        },
      ]
    : []
}

async function rocmVersion(host: Host): Promise<Fact<string> | null> {
  for (const path of ['/opt/rocm/.info/version', '/opt/rocm/.info/version-dev']) {
    const text = await word(host, path)
    if (text !== null) return known(text.split('-')[0] ?? text, cite(sourceAt(host, path), text))
  }
  return null
}

function withRuntime(reading: Reading, runtime: Fact<string>): Reading {
  if (!reading.gpus) return reading
  return { ...reading, gpus: reading.gpus.map((gpu) => ({ ...gpu, facts: { runtime, ...gpu.facts } })) }
}

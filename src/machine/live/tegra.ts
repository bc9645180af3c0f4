import { known, unknown } from '../fact.ts'
import { cite } from '../reading.ts'
import { type Probe, sourceAt } from './probe.ts'

const path = '/proc/device-tree/model'

/** NVIDIA's Jetson boards: their GPU is on no bus, and older systems for them have no nvidia-smi. The board's name tells the chip. */
export const tegra: Probe = async (host) => {
  const text = (await host.readText(path, 4096))?.replaceAll('\0', '').trim() ?? ''
  if (!/\b(Jetson|Orin|Xavier|Thor|Tegra)\b/i.test(text)) return []
  const evidence = cite(sourceAt(host, path), text)
  return [
    {
      gpus: [
        {
          vendor: 'nvidia',
          facts: {
            name: known(text, evidence),
            pciAddress: unknown('the GPU of a Jetson is on no PCI bus', evidence),
            unifiedMemory: known(true, evidence),
          },
        },
      ],
    },
  ]
}

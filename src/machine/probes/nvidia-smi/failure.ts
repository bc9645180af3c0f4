import { known } from '../../fact.ts'
import { linesOf } from '../../lines.ts'
import { readPciAddress } from '../../read-value.ts'
import { cite, type GpuReading, type Source } from '../../reading.ts'

/** What nvidia-smi says when it cannot work, and what that means for an operator. */
const failures: readonly (readonly [RegExp, string])[] = [
  [
    /couldn't communicate with the NVIDIA driver/i,
    'The NVIDIA driver is not loaded: nvidia-smi cannot reach it. Install it or load its module (modprobe nvidia), and look at dmesg.',
  ],
  [
    /Driver\/library version mismatch/i,
    'The NVIDIA driver that is loaded and its libraries have different versions, as after an update without a restart. Restart the machine, or unload and load the module.',
  ],
  [/No devices were found/i, 'The NVIDIA driver is loaded and finds no card.'],
  [
    /Unable to determine the device handle[^\n]*/i,
    'A card has fallen off the bus or has failed: nvidia-smi cannot open it, and stops.',
  ],
  [
    /GPU is lost|has fallen off the bus/i,
    'A card has fallen off the bus. Look at dmesg for Xid 79; the machine has to be restarted.',
  ],
  [
    /GPU access blocked by the operating system/i,
    'The operating system keeps nvidia-smi from the cards: under WSL2 the driver of Windows is too old or the distribution is WSL 1.',
  ],
  [/Insufficient Permissions/i, 'This user may not use the NVIDIA devices (/dev/nvidia*).'],
  [
    /Failed to initialize NVML: Unknown Error/i,
    'nvidia-smi may not reach the cards any more. In a container this follows a reload of systemd on the host: start the container anew.',
  ],
  [/Failed to initialize NVML: ([^\n]*)/i, 'nvidia-smi cannot start the management library of the driver (NVML).'],
  [
    /couldn't find libnvidia-ml|libnvidia-ml\.so/i,
    'The NVIDIA library libnvidia-ml.so is missing, although nvidia-smi is there: the driver is not installed completely.',
  ],
]

/** The reason why nvidia-smi told nothing, as a sentence; null where its output is no known failure. */
export function nvidiaFailure(text: string): { text: string; line: string } | null {
  for (const [pattern, sentence] of failures) {
    const match = pattern.exec(text)
    if (match) {
      const line = linesOf(text).find((candidate) => pattern.test(candidate)) ?? match[0]
      const version = /NVML library version: (\S+)/.exec(text)?.[1]
      return { text: version ? `${sentence} The libraries are ${version}.` : sentence, line }
    }
  }
  return null
}

const lost =
  'This card has fallen off the bus (nvidia-smi: GPU is lost). Look at dmesg for Xid 79; the machine has to be restarted.'

/** What figures such as `GPU is lost` and `ERR!` say of the card that they stand for, as a sentence; null where they are figures. */
export function cardFailure(cells: readonly (string | null | undefined)[]): string | null {
  const text = cells.join('\n')
  if (/GPU is lost/i.test(text)) return lost
  if (/GPU requires reset/i.test(text))
    return 'This card has failed and waits for a reset (nvidia-smi --gpu-reset, or a restart of the machine).'
  if (/ERR!|Unknown Error/i.test(text))
    return 'nvidia-smi gets errors from this card: it or its driver has failed. Look at dmesg for Xid, and restart the machine.'
  return null
}

const unopened = /Unable to (?:determine|detect) the device handle for GPU\s*([0-9a-f:.]+?):\s+([^\n]*)/gi

/** Cards that nvidia-smi names by address alone, because it cannot open them. */
export function unopenedCards(text: string, source: Source): GpuReading[] {
  return [...text.matchAll(unopened)].flatMap((match) => {
    const address = readPciAddress(match[1])
    const line = match[0].trim().slice(0, 300)
    if (address === null) return []
    const reason = /GPU is lost/i.test(match[2] ?? '')
      ? lost
      : `nvidia-smi cannot open this card (${(match[2] ?? '').trim().slice(0, 60)}): it has fallen off the bus or failed. Look at dmesg for Xid 79; the machine has to be restarted.`
    return [
      {
        vendor: 'nvidia',
        facts: { pciAddress: known(address, cite(source, line)), problem: known(reason, cite(source, line)) },
      },
    ]
  })
}

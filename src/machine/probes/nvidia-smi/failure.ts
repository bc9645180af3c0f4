import { linesOf } from '../../lines.ts'

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
    'A card has fallen off the bus or has failed: nvidia-smi cannot open it.',
  ],
  [
    /GPU is lost|has fallen off the bus/i,
    'A card has fallen off the bus. Look at dmesg for Xid 79; the machine has to be restarted.',
  ],
  [/Insufficient Permissions/i, 'This user may not use the NVIDIA devices (/dev/nvidia*).'],
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

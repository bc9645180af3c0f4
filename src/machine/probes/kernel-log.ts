import { known } from '../fact.ts'
import { linesOf } from '../lines.ts'
import { readPciAddress } from '../read-value.ts'
import { cite, type GpuReading, type Reading, type Source } from '../reading.ts'

/**
 * What the kernel's log says of cards that failed: the NVIDIA driver's error numbers (Xid) that end a card's work, and cards that
 * fell off the bus. Numbers after which the card goes on (13, 31, 43, 45: faults of a program) are not told.
 */
export function readKernelLog(text: string, source: Source): Reading {
  const cards = new Map<string, GpuReading>()
  const problems: { about: string; text: string }[] = []
  const tell = (address: string | undefined, line: string, sentence: string) => {
    const pciAddress = readPciAddress(address?.includes('.') ? address : `${address}.0`)
    // The last of a card's failures is the one that stands.
    if (pciAddress !== null)
      cards.set(pciAddress, {
        vendor: 'nvidia',
        facts: { pciAddress: known(pciAddress, cite(source, line)), problem: known(sentence, cite(source, line)) },
      })
  }
  for (const line of linesOf(text)) {
    const xid = /NVRM: Xid \(PCI:([0-9a-f:.]+)\): (\d+),/i.exec(line)
    const meaning = fatal[Number(xid?.[2])]
    const fallen =
      /(?:NVRM: )?(?:The NVIDIA )?GPU(?: at PCI:)?\s*([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}(?:\.[0-7])?)[^\n]*has fallen off the bus/i.exec(
        line,
      )
    if (xid && meaning !== undefined) tell(xid[1], line, `${meaning} (Xid ${xid[2]} in the kernel's log).`)
    else if (fallen)
      tell(fallen[1], line, 'This card has fallen off the bus (the kernel’s log); the machine has to be restarted.')
    else if (/NVRM: API mismatch/.test(line)) problems.push({ about: 'nvidia-driver', text: mismatch })
  }
  return {
    gpus: [...cards.values()],
    ...(problems.length > 0 ? { problems: problems.slice(0, 1) } : {}),
    ...kernelOf(text, source),
  }
}

/** The first line of a whole log. */
function kernelOf(text: string, source: Source): Pick<Reading, 'os'> {
  const match = /\bLinux version (\d\S*) [^\n]{0,200}/.exec(text)
  return match?.[1] === undefined ? {} : { os: { kernel: known(match[1], cite(source, match[0])) } }
}

const mismatch =
  'The NVIDIA driver that is loaded and its libraries have different versions (API mismatch in the kernel’s log). Restart the machine.'

/** Xid numbers after which the card needs a reset or a restart: NVIDIA's Xid catalogue (docs.nvidia.com/deploy/xid-errors). */
const fatal: Readonly<Record<number, string>> = {
  48: 'The memory of this card had an error that could not be corrected; it needs a reset',
  62: 'The internal controller of this card has stopped; it needs a reset',
  74: 'A link of this card (NVLink) has failed',
  79: 'This card has fallen off the bus; the machine has to be restarted',
  95: 'The memory of this card had an error that could not be contained; it needs a reset',
  109: 'The context switch of this card timed out; it needs a reset',
  119: 'The system processor of this card (GSP) does not answer; it needs a reset',
  120: 'The system processor of this card (GSP) has failed; it needs a reset',
  140: 'The memory of this card had an error that could not be corrected; it needs a reset',
  154: 'The driver asks for a reset of this card, or a restart',
}

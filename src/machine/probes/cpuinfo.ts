import { linesOf } from '../lines.ts'
import { readCount, textFact, valueFact } from '../read-value.ts'
import { factFrom, type Reading, type Source } from '../reading.ts'
import { armCore, armMaker } from './arm-cores.ts'

type Field = { readonly name: string; readonly value: string; readonly line: string }

/** Reads /proc/cpuinfo of x86, ARM, POWER, RISC-V, LoongArch, IBM Z and SPARC. */
export function readCpuinfo(text: string, source: Source): Reading {
  const fields = linesOf(text).flatMap((line): Field[] => {
    const match = /^([^:]+?)\s*:\s*(.*?)\s*$/.exec(line)
    return match ? [{ name: (match[1] ?? '').toLowerCase(), value: match[2] ?? '', line }] : []
  })
  const first = (...names: string[]) => names.map((name) => fields.find((field) => field.name === name)).find(Boolean)
  // Old ARM kernels print `Processor : AArch64 Processor rev 4` beside `processor : 0`.
  const processors = fields.filter((field) => field.name === 'processor' && /^\d+$/.test(field.value))
  const counted = first('# processors', 'ncpus active')
  const threads = processors.length > 0 ? processors.length : readCount(counted?.value)
  if (threads === null) return {}
  const flags = first('flags', 'features')
  const model =
    first('model name', 'cpu model', 'uarch') ??
    fields.find((field) => /^(processor|cpu)$/.test(field.name) && /[a-z]{3}/i.test(field.value))
  const vendor = first('vendor_id')
  const arm = armOf(fields)
  const sockets = new Set(fields.filter(({ name }) => isSocket(name)).map((field) => field.value)).size
  const socketLine = first('physical id', 'package')?.line
  const kinds = [...new Set(fields.filter((field) => field.name === model?.name).map((field) => field.value))]
  return {
    cpu: {
      vendor: textFact(source, vendor?.line ?? arm?.line, vendor?.value ?? arm?.maker),
      // Kinds of cores beside each other, as the lines of one processor after another tell them.
      model: textFact(
        source,
        model?.line ?? arm?.line,
        isKinds(kinds) ? kinds.join(' + ') : (model?.value ?? arm?.model),
      ),
      architecture: factFrom(source, flags?.line ?? model?.line, architectureOf(fields)),
      sockets: factFrom(source, socketLine, sockets > 0 ? sockets : null),
      cores: factFrom(source, first('core id', 'core')?.line, coresOf(fields)),
      threads: factFrom(source, processors[0]?.line ?? counted?.line, threads),
      flags: valueFact(source, flags?.line, flags?.value, (value) => value.split(/\s+/)),
    },
  }
}

/** The maker and the kinds of cores of a 64-bit ARM processor, which tells them by numbers alone. */
function armOf(
  fields: readonly Field[],
): { maker: string | null; model: string | null; line: string | undefined } | null {
  const parts = fields.filter((field) => field.name === 'cpu part')
  const implementer = fields.find((field) => field.name === 'cpu implementer')
  if (implementer === undefined) return null
  const names = [...new Set(parts.map((part) => armCore(implementer.value, part.value)))]
  return {
    maker: armMaker(implementer.value),
    model: names.length > 0 && !names.includes(null) ? names.join(' + ') : null,
    line: parts[0]?.line ?? implementer.line,
  }
}

function isKinds(names: readonly string[]): boolean {
  return names.length > 1 && names.length <= 4 && names.every((name) => /[a-z]/i.test(name))
}

function isSocket(name: string): boolean {
  return name === 'physical id' || name === 'package'
}

/** Cores over all sockets: different pairs of socket and core. */
function coresOf(fields: readonly Field[]): number | null {
  const cores = new Set<string>()
  let socket = ''
  for (const { name, value } of fields) {
    if (isSocket(name)) socket = value
    if (name === 'core id' || name === 'core') cores.add(`${socket} ${value}`)
  }
  return cores.size > 0 ? cores.size : null
}

function architectureOf(fields: readonly Field[]): string | null {
  const value = (name: string) => fields.find((field) => field.name === name)?.value ?? ''
  const flags = ` ${value('flags')} ${value('features')} `
  if (value('vendor_id') === 'IBM/S390') return 's390x'
  if (value('flags') !== '') return flags.includes(' lm ') ? 'x86_64' : 'i686'
  if (flags.includes(' asimd ')) return 'aarch64'
  const riscv = /^rv(32|64)/.exec(value('isa'))?.[1]
  if (riscv !== undefined) return `riscv${riscv}`
  const loong = /\bloongarch(32|64)$/.exec(value('isa'))?.[0]
  if (loong !== undefined) return loong
  const arm = fields
    .filter((field) => /^(model name|processor)$/.test(field.name))
    .flatMap((field) => /\((v\d\w*)\)/.exec(field.value)?.[1] ?? [])[0]
  if (arm !== undefined) return `arm${arm}`
  if (value('type').startsWith('sun4')) return 'sparc64'
  return null
}

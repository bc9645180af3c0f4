import { linesOf } from '../lines.ts'
import { factFrom, type Reading, type Source } from '../reading.ts'

/** Reads `uname -a` or `uname -r`: the kernel's release. */
export function readUname(text: string, source: Source): Reading {
  const line = linesOf(text).find((candidate) => /\b\d+\.\d+\S*/.test(candidate))
  const release = /(?:^|\s)(\d+\.\d+[^\s]*)/.exec(line ?? '')?.[1] ?? null
  return {
    os: {
      kernel: factFrom(source, line, release),
      wsl: factFrom(source, line, release === null ? null : /microsoft/i.test(release)),
    },
  }
}

/** Reads `getconf GNU_LIBC_VERSION` or the first line of `ldd --version`: the version of glibc. */
export function readGlibc(text: string, source: Source): Reading {
  const line = linesOf(text).find((candidate) => /glibc|GNU libc|GLIBC/i.test(candidate))
  const version = /(\d+\.\d+)\D*$/.exec(line ?? '')?.[1] ?? null
  return version === null ? {} : { os: { glibc: factFrom(source, line, version) } }
}

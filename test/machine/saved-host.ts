import type { CommandResult, Host } from '#src/machine/host/host.ts'

export type SavedHost = {
  readonly commands?: Readonly<Record<string, string | CommandResult>>
  readonly files?: Readonly<Record<string, string>>
  /** Symbolic links: path to target. */
  readonly links?: Readonly<Record<string, string>>
  /** Paths that are there and may not be opened. */
  readonly forbidden?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly uid?: number
}

/** A host that answers from what is given; a command is found by its words, the program without its folder. */
export function savedHost({
  commands = {},
  files = {},
  links = {},
  forbidden = [],
  environment = {},
  uid = 1000,
}: SavedHost): Host {
  const programs = new Set(Object.keys(commands).map((words) => words.split(' ')[0] ?? ''))
  const paths = [
    ...Object.keys(files),
    ...Object.keys(links),
    ...forbidden,
    ...[...programs].map((name) => `/usr/bin/${name}`),
  ]
  const exists = (path: string) => paths.some((known) => known === path || known.startsWith(`${path}/`))
  // sysfs leads from one tree of names into another: links are followed wherever they stand in a path.
  const follow = (path: string): string => {
    const link = Object.keys(links).find((known) => path === known || path.startsWith(`${known}/`))
    return link === undefined ? path : follow(`${links[link]}${path.slice(link.length)}`)
  }
  return {
    environment: { PATH: '/usr/bin', HOME: '/home/op', ...environment },
    uid,
    run: (argv) => {
      const [program = '', ...words] = argv
      const name = program.split('/').at(-1) ?? ''
      const answer = commands[[name, ...words].join(' ')]
      if (answer === undefined && !programs.has(name)) return Promise.resolve({ kind: 'absent' })
      if (answer === undefined) return Promise.resolve({ kind: 'ended', code: 2, stdout: '', stderr: 'unknown option' })
      return Promise.resolve(
        typeof answer === 'string' ? { kind: 'ended', code: 0, stdout: answer, stderr: '' } : answer,
      )
    },
    readText: (path) => Promise.resolve(files[path] ?? files[follow(path)] ?? null),
    list: (path) => {
      const names = paths.flatMap((known) =>
        known.startsWith(`${path}/`) ? [known.slice(path.length + 1).split('/')[0] ?? ''] : [],
      )
      return Promise.resolve(names.length > 0 ? [...new Set(names)] : null)
    },
    realPath: (path) => Promise.resolve(exists(follow(path)) || exists(path) ? follow(path) : null),
    may: (path, wanted) => {
      if (forbidden.includes(path)) return Promise.resolve(false)
      if (wanted === 'x')
        return Promise.resolve(programs.has(path.replace('/usr/bin/', '')) || path in files ? true : null)
      return Promise.resolve(exists(path) ? true : null)
    },
    now: () => '2026-11-21T04:00:00.000Z',
  }
}

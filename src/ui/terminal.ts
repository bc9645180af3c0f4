import type { Environment } from '../core/directories.ts'

/** Bits of colour that the terminal shows: none, 16 colours, 256 colours, 24-bit. */
type ColourDepth = 0 | 4 | 8 | 24

/** What the terminal can show, as far as the environment tells. */
export type Terminal = {
  readonly colourDepth: ColourDepth
  /** False: every sign is drawn as its ASCII twin. */
  readonly unicode: boolean
  /** True: linear layout, no animation, no alternate screen. */
  readonly screenReader: boolean
  /** `TERM=dumb`: it cannot move the cursor, so no full-screen program can run in it. */
  readonly dumb: boolean
}

/** The part of an output stream that matters here. */
type OutputStream = { readonly isTTY?: boolean | undefined }

/**
 * What a terminal can show. `FORCE_COLOR` wins over `NO_COLOR` (https://no-color.org), as in Node.js itself; `RIGUP_ASCII=1`
 * asks for ASCII and `RIGUP_ASCII=0` for Unicode, whatever the locale says.
 */
export function terminalOf(environment: Environment, stream: OutputStream): Terminal {
  return {
    colourDepth: colourDepthOf(environment, stream),
    unicode: showsUnicode(environment),
    screenReader: environment.INK_SCREEN_READER === 'true',
    dumb: environment.TERM === 'dumb',
  }
}

function colourDepthOf(environment: Environment, stream: OutputStream): ColourDepth {
  switch (environment.FORCE_COLOR) {
    case undefined:
      break
    case '0':
    case 'false':
      return 0
    case '2':
      return 8
    case '3':
      return 24
    default:
      return 4
  }
  if (environment.NO_COLOR || environment.TERM === 'dumb' || isVideoTerminal(environment) || !stream.isTTY) return 0
  if (/^(truecolor|24bit)$/.test(environment.COLORTERM ?? '')) return 24
  return environment.TERM?.includes('256color') ? 8 : 4
}

/** vt100, vt102, vt220: what a serial console is called; by terminfo(5) it has neither colours nor more than ASCII. */
function isVideoTerminal({ TERM }: Environment): boolean {
  return /^vt\d/.test(TERM ?? '')
}

function showsUnicode(environment: Environment): boolean {
  const asked = environment.RIGUP_ASCII
  if (asked) return asked === '0' || asked === 'false'
  // The Linux console has a font of 256 or 512 glyphs.
  if (environment.TERM === 'dumb' || environment.TERM === 'linux' || isVideoTerminal(environment)) return false
  // POSIX: LC_ALL wins over LC_CTYPE, that over LANG; an empty one counts as not set.
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || 'C'
  return /utf-?8/i.test(locale)
}

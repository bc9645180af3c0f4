/** What Ollama's Linux builds run on (docs.ollama.com/gpu, 2026-10, and its CMake presets of 0.33). */
export const ollama = {
  /** The release whose list of targets is known; an older one may still have more. */
  knownVersion: '0.33.0',
  /** What its Linux builds are linked to since 2025 (ollama/ollama#11319, #15624: built on RHEL 8). */
  glibc: '2.28',
  cuda: {
    capability: '5.0',
    driver: 550,
    /** Capabilities 5.0 to 6.2 need a newer driver than the rest. */
    oldCards: { upTo: '6.2', driver: 570 },
  },
  /** Targets of the ROCm part (ROCm 7.2.1; the driver of ROCm 7). gfx906 is no longer among them. */
  rocmTargets: [
    'gfx908',
    'gfx90a',
    'gfx942',
    'gfx950',
    'gfx1030',
    'gfx1100',
    'gfx1101',
    'gfx1102',
    'gfx1150',
    'gfx1151',
    'gfx1200',
    'gfx1201',
  ],
} as const

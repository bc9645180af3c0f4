/** The Ollama release that rigup installs where none is there: pinned, with its checksum. */
export const ollamaRelease = {
  version: '0.32.7',
  architecture: 'x86_64',
  file: 'ollama-linux-amd64.tar.zst',
  /** As recorded by the chromebrew package of this version (packages/ollama.rb, 2026). */
  sha256: 'ed1e39fe8fea90bd7f4c723bd949a2cea3153e111220ec0a183ea5b8dc8b2cae',
  /** About; that of 0.32.5 is 1,422,353,729. */
  downloadBytes: 1_420_000_000,
  diskBytes: 3_500_000_000,
} as const

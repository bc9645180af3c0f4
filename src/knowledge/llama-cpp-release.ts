/** An archive of a release: its name there, and its checksum. */
type ReleaseArchive = { file: string; sha256: string; bytes: number | null }

/** A build of the project's own that rigup pins, and what it runs on. */
export type PinnedBuild = {
  readonly build: 'cpu' | 'vulkan' | 'cuda-12' | 'cuda-13'
  readonly version: string
  readonly architecture: 'x86_64' | 'aarch64'
  /** Unpacked into one folder; CUDA's libraries come in an archive of their own. */
  readonly archives: readonly ReleaseArchive[]
  /** The oldest it runs on: Ubuntu 22.04 has 2.35, what is built on 24.04 asks for 2.38. */
  readonly glibc: string
  /** What --list-devices must name, so that no card is left out without a word. */
  readonly device?: string
}

/**
 * The releases of ggml-org/llama.cpp that rigup pins. GitHub gives the SHA-256 of each asset; these are as public projects recorded them from
 * there: b11391 in 2026-10 (an installer that pins them with their sizes), b10665 in 2026-08. The layout (one folder `llama-TAG/` with programs
 * and libraries, which find each other by $ORIGIN) and the systems they are built on are those of .github/workflows/release.yml.
 */
export const pinnedLlamaCpp: readonly PinnedBuild[] = [
  {
    build: 'cpu',
    version: 'b11391',
    architecture: 'x86_64',
    archives: [
      {
        file: 'llama-b11391-bin-ubuntu-x64.tar.gz',
        sha256: 'b620b4143ab92b050e435209d612415c0d3b19d71e6afd60fa6b96458fae891b',
        bytes: 17_637_234,
      },
    ],
    glibc: '2.35',
  },
  {
    build: 'cpu',
    version: 'b11391',
    architecture: 'aarch64',
    archives: [
      {
        file: 'llama-b11391-bin-ubuntu-arm64.tar.gz',
        sha256: '76f0ede98765d74e6d2e02ce8f0f22f4cbed5c4411ebca8594d13c076d0bc7fb',
        bytes: 13_667_865,
      },
    ],
    glibc: '2.38',
  },
  {
    build: 'cuda-12',
    version: 'b11391',
    architecture: 'x86_64',
    archives: [
      {
        file: 'llama-b11391-bin-ubuntu-cuda-12.8-x64.tar.gz',
        sha256: '3a76d8d1b0f3d558d0de2d060283f2da0afac79a9f68dd1486b987b9fedc5bc5',
        bytes: 171_499_631,
      },
      {
        file: 'cudart-llama-b11391-bin-ubuntu-cuda-12.8-x64.tar.gz',
        sha256: '8cd7789d811ed44d8b5ccc53feb7c1e2a0e3ab92e8e3fc450f43282fb2c81a87',
        bytes: 594_377_794,
      },
    ],
    glibc: '2.38',
    device: 'CUDA0',
  },
  {
    build: 'cuda-13',
    version: 'b11391',
    architecture: 'aarch64',
    archives: [
      {
        file: 'llama-b11391-bin-ubuntu-cuda-13.4-arm64.tar.gz',
        sha256: '5bca8f1039fef06b8972adc06369044de6e04b155e62d6f91a161623d1a279e1',
        bytes: 147_596_012,
      },
      {
        file: 'cudart-llama-b11391-bin-ubuntu-cuda-13.4-arm64.tar.gz',
        sha256: '3643a1ff6a6dde792b9bf6cf4dcf731b53503355f443f5d0d9ab4f3f4bcd92ab',
        bytes: 552_521_398,
      },
    ],
    glibc: '2.38',
    device: 'CUDA0',
  },
  {
    build: 'vulkan',
    version: 'b10665',
    architecture: 'x86_64',
    archives: [
      {
        file: 'llama-b10665-bin-ubuntu-vulkan-x64.tar.gz',
        sha256: '92f8d63384132e6a70b3b106996a5dce06121bbf770eef68500b1cfb7ff22bcc',
        bytes: null,
      },
    ],
    glibc: '2.35',
    device: 'Vulkan0',
  },
]

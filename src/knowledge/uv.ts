/** The uv that rigup installs: pinned, with the checksum of each wheel as the Python package index publishes it (2026-11). */
export const uvVersion = '0.13.8'

type UvWheel = { file: string; sha256: string; bytes: number }

const wheels: Readonly<Record<string, UvWheel>> = {
  x86_64: {
    file: 'uv-0.13.8-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
    sha256: 'e18a57b8b352eb7c8feb317b9f6f533c8f0ad9673fd6cf34bbe3cf1a9f6a8984',
    bytes: 17_389_450,
  },
  aarch64: {
    file: 'uv-0.13.8-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl',
    sha256: '0b3e8b1a4f5e405e31e2ff33de8af4744831e9f7338539671efbd8c3c94e791d',
    bytes: 17_953_056,
  },
}

/** The wheel for a CPU architecture as `uname -m` names it; null where there is none. */
export function uvWheelFor(architecture: string): UvWheel | null {
  return wheels[architecture] ?? null
}

/**
 * What a card's name or PCI id says about it, for drivers and tools that do not say it themselves.
 *
 * Sources: compute capabilities from NVIDIA's list (developer.nvidia.com/cuda-gpus and /cuda-legacy-gpus); AMD targets from LLVM's
 * AMDGPU processor table (llvm.org/docs/AMDGPUUsage.html) and the amdgpu driver's table of PCI ids (amdgpu_drv.c); nominal
 * memory from the makers' product pages.
 */

import cardNames from './data/card-names.json' with { type: 'json' }

/** Names as nvidia-smi and lspci print them, the more special first, with the compute capability. */
const capabilities: readonly (readonly [RegExp, string])[] = [
  [/\bGB10\b|RTX Spark\b/, '12.1'],
  [/RTX PRO \d+.*Blackwell|GeForce RTX 50\d\d|RTX \d+ Blackwell|RTX (PRO )?6000D\b/i, '12.0'],
  [/\bThor\b/, '11.0'],
  [/\bG?B300\b/, '10.3'],
  [/\bG?B[12]00\b/, '10.0'],
  [/\bG?H(100|200|800|20)[LB]?\b/, '9.0'],
  // Some of the last laptops called RTX 3050 A have an Ada chip.
  [/\bL(2|4|16|20|30|40|40S|40G)\b|RTX .*\bAda\b|GeForce RTX 40\d\d|RTX 3050 A\b/i, '8.9'],
  [/\bOrin\b/, '8.7'],
  [/\bA(100X?|30X?|X?800)\b|CMP 170HX|DRIVE-PG199|PG506/i, '8.0'],
  [/\bA(2|10|10G|10M|16|40)\b|\bRTX A\d{1,4}H?\b|GeForce RTX (30\d\d|2050)|\bMX570\b|CMP [79]0HX/i, '8.6'],
  [
    /\bT(4G?|10|40)\b|Quadro (RTX|T)\b|GeForce RTX 20\d\d|GeForce GTX 16\d\d|TITAN RTX|\bT(400|500|550|600|1000|1200|2000)\b|\bMX(450|550)\b|Quadro RTX|CMP [345]0HX/i,
    '7.5',
  ],
  [/\bXavier\b/, '7.2'],
  [/\bV100S?\b|TITAN V\b|\bGV100\b|CMP 100(HX|-2)/i, '7.0'],
  [/\bP100\b|\bGP100\b/, '6.0'],
  [
    /GeForce GTX 10\d\d|GeForce GT 10\d\d|TITAN Xp|TITAN X \(?Pascal|\bP(4|6|10|40)\b|Quadro P\d+|\bMX(150|[23][35]0)\b|P10[2-6](-\d+|M)/i,
    '6.1',
  ],
  [
    /GeForce GTX 9[5-8]\d(?!M)|GTX 9(65|70|80)M|GTX TITAN X|\bM(4|6|40|60)\b|Quadro M([2-6]000|[345][05]00M|2200)\b/i,
    '5.2',
  ],
  [
    /GeForce 9[1-4]\d(M|MX|A)\b|GeForce GTX 9[56]0M|GeForce GTX 7[45]0\b(?! ?M)|\bMX1[13]0\b|\bM10\b|Quadro (K(620|1200|2200)|M(5|6|10|12|20)\d0M)\b/i,
    '5.0',
  ],
  [/\bK80\b/, '3.7'],
  [/\bK[24]0[cmst]?\b|GTX TITAN( Black)?\b|GeForce GTX 780\b|Quadro K6000/i, '3.5'],
  [/GeForce GTX 6[6-9]0\b|\bK10\b|GeForce GTX 77\dM?\b|GTX 780M|\bGRID K[12]\b/i, '3.0'],
]

/** NVIDIA's chip names, as lspci prints them: `GA102GL [A10]`. */
const chips: readonly (readonly [RegExp, string])[] = [
  [/\bGB20B/, '12.1'],
  [/\bGB10B/, '11.0'],
  [/\bGB20\d/, '12.0'],
  [/\bGB110/, '10.3'],
  [/\bGB1\d\d/, '10.0'],
  [/\bGH100/, '9.0'],
  [/\bAD10\d/, '8.9'],
  [/\bGA100/, '8.0'],
  [/\bGA10[2-7]/, '8.6'],
  [/\bTU1[01]\d/, '7.5'],
  [/\bGV100/, '7.0'],
  [/\bGP100/, '6.0'],
  [/\bGP10[2-8]/, '6.1'],
  [/\bGM20\d/, '5.2'],
  [/\bGM10\d/, '5.0'],
  [/\bGK210/, '3.7'],
  [/\bGK(1[18]0|20[78])/, '3.5'],
  [/\bGK10\d/, '3.0'],
]

/** PCI device ids of NVIDIA (vendor 10de), from and to, by chip: the ranges of the PCI ID repository (pci-ids.ucw.cz). */
const nvidiaChips: readonly (readonly [number, number, string])[] = [
  [0x0fc0, 0x0fff, '3.0'],
  [0x1000, 0x103f, '3.5'],
  [0x102d, 0x102d, '3.7'],
  [0x1180, 0x11ff, '3.0'],
  [0x1280, 0x12bf, '3.5'],
  [0x1340, 0x13bf, '5.0'],
  [0x13c0, 0x13ff, '5.2'],
  [0x1400, 0x147f, '5.2'],
  [0x15f0, 0x15ff, '6.0'],
  [0x1600, 0x167f, '5.2'],
  [0x1740, 0x179f, '5.0'],
  [0x17c0, 0x17ff, '5.2'],
  [0x1b00, 0x1d7f, '6.1'],
  [0x1d80, 0x1dff, '7.0'],
  [0x1e00, 0x1fff, '7.5'],
  [0x2080, 0x20ff, '8.0'],
  [0x2180, 0x21ff, '7.5'],
  [0x2200, 0x22ff, '8.6'],
  [0x2300, 0x237f, '9.0'],
  [0x2400, 0x25ff, '8.6'],
  [0x2680, 0x28ff, '8.9'],
  [0x2900, 0x29ff, '10.0'],
  [0x2b00, 0x2b00, '11.0'],
  [0x2b80, 0x2dff, '12.0'],
  [0x2e00, 0x2e3f, '12.1'],
  [0x2f00, 0x2fff, '12.0'],
  [0x3180, 0x31ff, '10.3'],
]

/** The compute capability of an NVIDIA card by its name or chip; null where it is not in the list, or the name is cut off. */
export function capabilityOf(name: string): string | null {
  const known = [...capabilities, ...chips].find(([pattern]) => pattern.test(name))?.[1] ?? null
  if (known !== null) return known
  // A slice of a virtual GPU: `GRID A100D-20C`, `NVIDIA RTX6000-Ada-48Q`.
  const slice = /^(?:GRID|NVIDIA) (RTX)?([A-Z]?\d+)[A-Z]*(-Ada)?-\d+[ABCQ]$/.exec(name)
  if (slice !== null) {
    const [, family, model, ada] = slice
    return capabilityOf(
      family === undefined
        ? `${model}`
        : `${/^\d/.test(model ?? '') && !ada ? 'Quadro ' : ''}RTX ${model}${ada ? ' Ada' : ''}`,
    )
  }
  // Old releases of nvidia-smi cut names off: `GeForce GTX 106...` can only be one family.
  return cutNames.find(([pattern]) => pattern.test(name))?.[1] ?? null
}

const cutNames: readonly (readonly [RegExp, string])[] = [
  [/GTX 10\d?\.\.\./, '6.1'],
  [/GTX 16\d?\.\.\.|RTX 20[678]\.\.\./, '7.5'],
  [/RTX 30\d?\.\.\./, '8.6'],
  [/RTX 40\d?\.\.\./, '8.9'],
  [/RTX 50\d?\.\.\./, '12.0'],
]

/** The compute capability of an NVIDIA card by its PCI device id; null where it is not in the list. */
export function capabilityOfDevice(deviceId: number): string | null {
  return nvidiaChips.findLast(([from, to]) => deviceId >= from && deviceId <= to)?.[2] ?? null
}

/** PCI device ids of AMD (vendor 1002), from and to, with the target and whether the GPU is part of the CPU. */
const amdTargets: readonly (readonly [number, number, string, boolean?])[] = [
  [0x1304, 0x131d, 'gfx700', true],
  [0x9870, 0x9877, 'gfx801', true],
  [0x67a0, 0x67be, 'gfx701'],
  [0x6600, 0x663f, 'gfx602'],
  [0x6920, 0x693f, 'gfx802'],
  [0x67c0, 0x67ff, 'gfx803'],
  [0x694c, 0x694f, 'gfx803'],
  [0x6fdf, 0x6fdf, 'gfx803'],
  [0x6980, 0x699f, 'gfx803'],
  [0x7300, 0x730f, 'gfx803'],
  [0x6860, 0x687f, 'gfx900'],
  [0x69a0, 0x69af, 'gfx904'],
  [0x66a0, 0x66af, 'gfx906'],
  [0x15d8, 0x15dd, 'gfx902', true],
  [0x1636, 0x1638, 'gfx90c', true],
  [0x164c, 0x164c, 'gfx90c', true],
  [0x15e7, 0x15e7, 'gfx90c', true],
  [0x7388, 0x738e, 'gfx908'],
  [0x7408, 0x7410, 'gfx90a'],
  [0x74a0, 0x74bd, 'gfx942'],
  [0x75a0, 0x75b3, 'gfx950'],
  [0x7310, 0x731f, 'gfx1010'],
  [0x7360, 0x7362, 'gfx1011'],
  [0x7340, 0x734f, 'gfx1012'],
  [0x73a0, 0x73bf, 'gfx1030'],
  [0x73c0, 0x73df, 'gfx1031'],
  [0x73f0, 0x73f0, 'gfx1102'],
  [0x73e0, 0x73ff, 'gfx1032'],
  [0x163f, 0x163f, 'gfx1033', true],
  [0x7420, 0x743f, 'gfx1034'],
  [0x164d, 0x164d, 'gfx1035', true],
  [0x1681, 0x1681, 'gfx1035', true],
  [0x164e, 0x164e, 'gfx1036', true],
  [0x13c0, 0x13c0, 'gfx1036', true],
  [0x1506, 0x1506, 'gfx1037', true],
  [0x7440, 0x745f, 'gfx1100'],
  [0x7460, 0x747f, 'gfx1101'],
  [0x7480, 0x749f, 'gfx1102'],
  [0x15bf, 0x15bf, 'gfx1103', true],
  [0x15c8, 0x15c8, 'gfx1103', true],
  [0x164f, 0x164f, 'gfx1103', true],
  [0x1900, 0x1901, 'gfx1103', true],
  [0x150e, 0x150e, 'gfx1150', true],
  [0x1586, 0x1586, 'gfx1151', true],
  [0x1114, 0x1114, 'gfx1152', true],
  [0x1902, 0x1902, 'gfx1153', true],
  [0x7590, 0x759f, 'gfx1200'],
  [0x7550, 0x755f, 'gfx1201'],
]

/** AMD's target for a PCI device id: `0x66a1` is gfx906; null where it is not in the table. */
export function amdTargetOf(deviceId: number): { arch: string; integrated: boolean } | null {
  const entry = amdTargets.find(([from, to]) => deviceId >= from && deviceId <= to)
  return entry ? { arch: entry[2], integrated: entry[3] ?? false } : null
}

/** AMD's chip names, as lspci prints them without ids: `Vega 20 [Radeon VII]`. */
const amdChips: readonly (readonly [RegExp, string])[] = [
  // The PCI ID list gives MI350 the name of the chip before it.
  [/\bMI35[05][XP]\b/, 'gfx950'],
  [/\bKaveri\b/, 'gfx700'],
  [/\b(Hawaii|Grenada|Vesuvius)\b/, 'gfx701'],
  [/\bTonga\b/, 'gfx802'],
  [/\bOland\b/, 'gfx602'],
  [/\b(Ellesmere|Baffin|Polaris ?\d\d|Lexa|Fiji)\b/, 'gfx803'],
  [/\bVega 10\b/, 'gfx900'],
  [/\bVega 12\b/, 'gfx904'],
  [/\bVega 20\b/, 'gfx906'],
  [/\bArcturus\b/, 'gfx908'],
  [/\bAldebaran\b/, 'gfx90a'],
  [/\bAqua Vanjaram\b/, 'gfx942'],
  [/\bNavi 10\b/, 'gfx1010'],
  [/\bNavi 12\b/, 'gfx1011'],
  [/\bNavi 14\b/, 'gfx1012'],
  [/\bNavi 21\b/, 'gfx1030'],
  [/\bNavi 22\b/, 'gfx1031'],
  [/\bNavi 23\b/, 'gfx1032'],
  [/\bNavi 24\b/, 'gfx1034'],
  [/\bNavi 31\b/, 'gfx1100'],
  [/\bNavi 32\b/, 'gfx1101'],
  [/\bNavi 33\b/, 'gfx1102'],
  [/\bNavi 44\b/, 'gfx1200'],
  [/\bNavi 48\b/, 'gfx1201'],
  [/\bStrix Halo\b/, 'gfx1151'],
  [/\bKrackan\b/, 'gfx1152'],
  [/\bKrackan2\b/, 'gfx1153'],
  [/\bPhoenix\d?\b|\bHawk ?Point\d?\b/, 'gfx1103'],
  [/\bMendocino\b/, 'gfx1037'],
  [/\bVan ?Gogh\b/, 'gfx1033'],
  [/\bRaphael\b|\bGranite Ridge\b/, 'gfx1036'],
  [/\bRembrandt\b/, 'gfx1035'],
  [/\bRenoir\b|\bCezanne\b|\bLucienne\b|\bBarcelo\b/, 'gfx90c'],
  [/\bRaven\b|\bPicasso\b/, 'gfx902'],
]

/** AMD's target by the chip's name; null where it is not in the list. */
function amdTargetOfChip(chip: string): string | null {
  return amdChips.find(([pattern]) => pattern.test(chip))?.[1] ?? null
}

/** Names under which AMD sells what has one target; those of several chips (RX 6800M, RX 7700S) are not in it. */
const amdNames: readonly (readonly [RegExp, string])[] = [
  [/\bMI25\b|RX Vega (56|64)\b|Vega Frontier/i, 'gfx900'],
  [/\bMI[56]0\b|Radeon (Pro )?VII\b/i, 'gfx906'],
  [/\bMI100\b/, 'gfx908'],
  [/\bMI2[15]0X?\b/, 'gfx90a'],
  [/\bMI3(00[AX]|08X|25X)\b/, 'gfx942'],
  [/\bMI35[05]X\b/, 'gfx950'],
  [/\bRX 6(800|900|950)\b|\bW6[89]00X?\b/, 'gfx1030'],
  [/\bRX 7900\b|\bW7[89]00\b/, 'gfx1100'],
  [/\bRX 7800 XT\b|\bRX 7700 XT\b|\bW7700\b/, 'gfx1101'],
  [/\bRX 7600\b|\bW7[56]00\b/, 'gfx1102'],
  [/\b7[468]0M\b/, 'gfx1103'],
  [/\b8[89]0M\b/, 'gfx1150'],
  [/\b80[456]0S\b/, 'gfx1151'],
  [/\bRX 9060\b/, 'gfx1200'],
  [/\bRX 9070\b|\bR9[67]00\b/, 'gfx1201'],
]

/** AMD's target by the chip's name or the card's, as tools print it; null where it is not certain. */
export function amdTargetOfName(name: string): string | null {
  return amdTargetOfChip(name) ?? amdNames.find(([pattern]) => pattern.test(name))?.[1] ?? null
}

/** True for AMD targets that exist only as part of a CPU: they share its memory. (gfx942 is MI300A too, which is told by its name.) */
export function isIntegratedTarget(arch: string): boolean {
  return amdTargets.some(([, , target, integrated]) => target === arch && integrated === true)
}

/** NVIDIA chips that share the memory of their CPU: nvidia-smi tells no memory for them. */
export function isUnifiedNvidia(name: string): boolean {
  return /\bGB10\b|RTX Spark\b|\b(Orin|Xavier|Thor|Tegra)\b|Jetson/i.test(name)
}

const names = new Map<string, string>(Object.entries(cardNames))

/**
 * A card's name by its PCI id, `10de:2504`, for machines whose own list is too old to have it; null where it is not in the list.
 * From the PCI ID repository (pci-ids.ucw.cz, 3-clause BSD): the graphics cards of NVIDIA, AMD and Intel.
 */
export function nameOfPciId(id: string): string | null {
  return names.get(id.toLowerCase()) ?? null
}

const nominalGiB: readonly (readonly [RegExp, number])[] = [
  [/RTX 3060\b(?!.*Ti)/, 12],
  [/RTX (3090|4090)\b/, 24],
  [/RTX 5090\b/, 32],
  [/\bP40\b|\bA10\b|\bL4\b/, 24],
  [/\bT4\b/, 16],
  [/\bL40S?\b|\bA40\b|RTX 6000 Ada/, 48],
  [/A100.*80|H100(?!.*NVL)/, 80],
  [/A100.*40/, 40],
  [/\bH200\b/, 141],
  [/\bMI50\b|\bMI60\b/, 32],
  [/\bMI25\b/, 16],
  [/\bMI100\b/, 32],
  [/\bMI300X\b/, 192],
  [/W7500/, 8],
  [/7900 XTX\b(?!.*\/)/, 24],
  [/\bA380\b/, 6],
  [/\bB570\b/, 10],
  [/\bB580\b/, 12],
  [/Arc Pro B50\b/, 16],
  [/Arc Pro B60\b/, 24],
]

/** The memory that a model is sold with, in GiB; what a card really has is what its driver says. */
export function nominalMemoryGiB(name: string): number | null {
  return nominalGiB.find(([pattern]) => pattern.test(name))?.[1] ?? null
}

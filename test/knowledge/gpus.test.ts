import { describe, expect, it } from 'vitest'
import { amdTargetOf, amdTargetOfName, capabilityOf, capabilityOfDevice, nameOfPciId } from '#src/knowledge/gpus.ts'
import { deviceName } from '#src/machine/probes/pci-ids.ts'

describe('what a card’s name says', () => {
  it.each([
    ['NVIDIA RTX 6000D', '12.0'],
    ['NVIDIA B100', '10.0'],
    ['H100L 94GB', '9.0'],
    ['RTX 2000 / 2000E Ada Generation', '8.9'],
    ['GeForce RTX 3050 A Laptop GPU', '8.9'],
    ['GeForce RTX 3050 Laptop GPU', '8.6'],
    ['CMP 70HX', '8.6'],
    ['Tesla T10', '7.5'],
    ['CMP 100-210', '7.0'],
    ['GeForce MX150', '6.1'],
    ['GeForce MX130', '5.0'],
    ['GeForce GTX 980M', '5.2'],
    ['GeForce GTX 780M', '3.0'],
    ['GeForce GTX 780', '3.5'],
    ['GB10B [Jetson AGX Thor]', '11.0'],
    ['GK208B', '3.5'],
    ['NVIDIA GeForce ...', null],
  ])('%s has the capability %s', (name, capability) => {
    expect(capabilityOf(name)).toBe(capability)
  })

  it.each([
    ['Aqua Vanjaram [Instinct MI350X]', 'gfx950'],
    ['Aqua Vanjaram [Instinct MI300X]', 'gfx942'],
    ['Ellesmere [Radeon RX 470/480/570/570X/580/580X/590]', 'gfx803'],
    ['HawkPoint1', 'gfx1103'],
    ['Krackan [Radeon 840M / 860M Graphics]', 'gfx1152'],
  ])('%s has the target %s', (name, target) => {
    expect(amdTargetOfName(name)).toBe(target)
  })
})

describe('what a PCI id says', () => {
  it('knows chips by their ranges, also where one lies within another', () => {
    expect(capabilityOfDevice(0x2b00)).toBe('11.0')
    expect(capabilityOfDevice(0x2e03)).toBe('12.1')
    expect(capabilityOfDevice(0x1667)).toBe('5.2')
    expect(amdTargetOf(0x73f0)?.arch).toBe('gfx1102')
    expect(amdTargetOf(0x73ff)?.arch).toBe('gfx1032')
    expect(amdTargetOf(0x1902)).toEqual({ arch: 'gfx1153', integrated: true })
  })

  it('names a card that lspci’s own list is too old to know', () => {
    expect(nameOfPciId('10DE:2b85')).toBe('GeForce RTX 5090')
    expect(nameOfPciId('1002:7550')).toMatch(/^Navi 48 /)
    expect(nameOfPciId('8086:56a0')).toBe('DG2 [Arc A770]')
    expect(nameOfPciId('10de:ffff')).toBeNull()
    expect(nameOfPciId('constructor')).toBeNull()
  })

  const list =
    '# comment\n0ccd  Other Maker\n\t0001  Other card\n10de  NVIDIA Corporation\n\t2684  AD102 [GeForce RTX 4090]\n\t\t10de 165b  Subsystem\n\t26b9  AD102GL [L40S]\n10ea  Next Maker\n\t2685  Another card\nC 00  Class\n'
  it.each([
    ['10de', '2684', 'AD102 [GeForce RTX 4090]'],
    ['10de', '26b9', 'AD102GL [L40S]'],
    ['10de', '2685', null],
    ['10ea', '2685', 'Another card'],
    ['1002', '2684', null],
  ])('finds %s:%s in the machine’s list: %s', (vendor, device, name) => {
    expect(deviceName(list, vendor, device)).toBe(name)
  })
})

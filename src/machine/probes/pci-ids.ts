/** The name of a device in the text of pci.ids (vendor lines at the margin, devices one tab in); null where it is not there. */
export function deviceName(pciIds: string, vendor: string, device: string): string | null {
  const start = pciIds.search(new RegExp(`^${vendor}  `, 'm'))
  if (!/^[0-9a-f]{4}$/.test(vendor) || !/^[0-9a-f]{4}$/.test(device) || start < 0) return null
  const devices = pciIds.slice(pciIds.indexOf('\n', start) + 1)
  const end = devices.search(/^[0-9a-fC]/m)
  const section = end < 0 ? devices : devices.slice(0, end)
  return new RegExp(`^\\t${device}  (.*)$`, 'm').exec(section)?.[1]?.trim() ?? null
}

/** The name of a device in the text of pci.ids (vendor lines at the margin, devices one tab in); null where it is not there. */
export function deviceName(pciIds: string, vendor: string, device: string): string | null {
  const start = pciIds.search(new RegExp(`^${vendor}  `, 'm'))
  if (!/^[0-9a-f]{4}$/.test(vendor) || !/^[0-9a-f]{4}$/.test(device) || start < 0) return null
  const rest = pciIds.slice(start)
  const end = rest.slice(1).search(/^[0-9a-fC]/m)
  const section = end < 0 ? rest : rest.slice(0, end + 1)
  return new RegExp(`^\\t${device}  (.*)$`, 'm').exec(section)?.[1]?.trim() ?? null
}

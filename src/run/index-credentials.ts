import type { Environment } from '../core/directories.ts'
import { liveHost } from '../machine/host/live-host.ts'
import { packageAddresses } from '../machine/live/packaging.ts'

/** Puts user names and passwords into the addresses of package indexes, which a recipe and a plan hold without them. */
type AddCredentials = (text: string) => string

/**
 * Reads the operator's own variables and pip's configuration for addresses with a user name or password. They stay in this process:
 * what is added goes into the environment of a child or the header of a request, and into no file. (uv reads netrc by itself.)
 */
export async function indexCredentials(environment: Environment): Promise<AddCredentials> {
  return addingCredentials(await packageAddresses(liveHost({ environment })))
}

/** Adds what these addresses hold to every http(s) address of the same scheme, host and port that has none. Pure. */
export function addingCredentials(addresses: readonly string[]): AddCredentials {
  const known = new Map(
    addresses.flatMap((address): [string, string][] => {
      const found = /^(https?):\/\/([^/?#\s]+)@([^/?#\s@]+)/i.exec(address)
      return found?.[1] && found[2] && found[3] ? [[`${found[1]}://${found[3]}`.toLowerCase(), found[2]]] : []
    }),
  )
  return (text) =>
    text.replace(/(https?):\/\/([^/?#\s@,]+)(?=[/?#\s,]|$)/gi, (address: string, scheme: string, host: string) => {
      const user = known.get(`${scheme}://${host}`.toLowerCase())
      return user === undefined ? address : `${scheme}://${user}@${host}`
    })
}

import { known, unknown } from '../fact.ts'
import { cite } from '../reading.ts'
import type { Probe } from './probe.ts'

const names = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy', 'ftp_proxy']

/** Proxy variables that are set, in either spelling, without user names and passwords. */
export const proxies: Probe = (host) => {
  const set = Object.entries(host.environment).flatMap(([name, value]) =>
    names.includes(name.toLowerCase()) && value ? [[name, withoutUser(value)] as const] : [],
  )
  const source = cite({ name: 'environment', at: host.now() })
  return Promise.resolve([
    {
      proxies: known(Object.fromEntries(set), source),
      network: unknown('nobody was asked: rigup asks only when it is told to'),
    },
  ])
}

/** Proxies are often written without a scheme, and their passwords with every sign: all before the last `@` goes. */
function withoutUser(proxy: string): string {
  return proxy.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/i, '$1')
}

import { lookup } from 'node:dns/promises'
import { parseListenAddress } from '#lib/config/formats.ts'
import { bracketHost } from '#lib/http/bracket-host.ts'

/** Finds the addresses, host:port, behind a name; rejects if there are none. */
export type Resolve = (peer: string) => Promise<readonly string[]>

/** Asks the system, as other programs do: a name of several addresses, as of a headless service, is as many members. */
export const resolvePeer: Resolve = async (peer) => {
  const target = parseListenAddress(peer)
  if (target?.host === undefined) throw new Error(`${peer} is not host:port`)
  const addresses = await lookup(target.host, { all: true })
  return addresses.map(({ address }) => `${bracketHost(address)}:${target.port}`)
}

import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { parseListenAddress } from '#lib/config/formats.ts'
import { CodedError } from '#lib/errors.ts'
import { bracketHost } from '#lib/http/bracket-host.ts'
import type { Bound } from './transport.ts'

export interface AdvertiseOptions {
  /** As configured: host:port, where port 0 is the one that is listened on. Empty unless given. */
  readonly configured: string
  readonly bound: Bound
  readonly allowPublic: boolean
  /** Whether there is a member that this one is to find. */
  readonly hasPeers: boolean
  /** The addresses of this machine, those that lead nowhere but to itself left out. */
  readonly addresses?: readonly string[]
}

/** What other members are told, and whether they might not reach it. */
interface Advertised {
  readonly address: string
  readonly warning?: string
}

const ANY = new Set(['0.0.0.0', '::'])

/**
 * The address at which other members reach this one, by upstream's rules: what is configured; else what it listens on;
 * else, if it listens on every address, a private address of the machine. A public one is taken if that is allowed.
 *
 * @throws CodedError CLUSTER_ADDRESS_UNKNOWN if there are members to find and none of these addresses
 */
export function advertisedAddress(options: AdvertiseOptions): Advertised {
  const { configured, bound, allowPublic, hasPeers, addresses = ownAddresses() } = options
  const given = configured === '' ? undefined : parseListenAddress(configured)
  if (given?.host !== undefined) return { address: printAddress(given.host, given.port || bound.port) }
  if (!ANY.has(bound.host)) return { address: printAddress(bound.host, bound.port) }
  const chosen = addresses.find(isPrivate) ?? (allowPublic ? addresses[0] : undefined)
  if (chosen !== undefined) return { address: printAddress(chosen, bound.port) }
  if (hasPeers && addresses.length > 0) throw new CodedError('CLUSTER_ADDRESS_UNKNOWN', [])
  const warning =
    "couldn't deduce an advertise address: this machine has no private IP; members elsewhere cannot call back"
  return { address: printAddress(bound.host === '::' ? '::1' : '127.0.0.1', bound.port), warning }
}

function printAddress(host: string, port: number): string {
  return `${bracketHost(host)}:${port}`
}

function ownAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const others = all.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
  return others.sort((a, b) => (a.family === b.family ? 0 : a.family < b.family ? -1 : 1)).map(({ address }) => address)
}

/** RFC 1918, RFC 6598 and RFC 4193. */
function isPrivate(address: string): boolean {
  const list = new BlockList()
  list.addSubnet('10.0.0.0', 8)
  list.addSubnet('172.16.0.0', 12)
  list.addSubnet('192.168.0.0', 16)
  list.addSubnet('100.64.0.0', 10)
  list.addSubnet('fc00::', 7, 'ipv6')
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

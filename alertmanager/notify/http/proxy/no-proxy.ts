import { BlockList, isIP } from 'node:net'

/** Whether hosts of a `no_proxy` list are to be reached without a proxy; by the rules of Go's httpproxy. */
export function compileNoProxy(list: string): (url: URL) => boolean {
  const rules = list
    .split(',')
    .map((entry) => ruleOf(entry.trim().toLowerCase()))
    .filter((rule) => rule !== undefined)
  return (url) => {
    const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
    const port = url.port || (url.protocol === 'https:' ? '443' : '80')
    return isLoopback(host) || rules.some((rule) => rule(host, port))
  }
}

type Rule = (host: string, port: string) => boolean

/** `*`, an address, a network, a name with the names below it, or with a dot in front the names below it only. */
function ruleOf(entry: string): Rule | undefined {
  if (entry === '') return undefined
  if (entry === '*') return () => true
  const network = /^(?<address>[^/]+)\/(?<bits>\d{1,3})$/.exec(entry)?.groups
  if (network !== undefined) return networkRule(network.address!, Number(network.bits))
  const { name = entry, port: only } = splitPort(entry)
  const hasPort = (port: string) => only === undefined || only === port
  if (isIP(name) !== 0) return (host, port) => host === name && hasPort(port)
  const suffix = name.startsWith('*.') ? name.slice(1) : name.startsWith('.') ? name : `.${name}`
  const isWhole = !name.startsWith('*.') && !name.startsWith('.')
  return (host, port) => hasPort(port) && (host.endsWith(suffix) || (isWhole && host === name))
}

function networkRule(address: string, bits: number): Rule | undefined {
  const family = familyOf(address)
  if (family === undefined || bits > (family === 'ipv4' ? 32 : 128)) return undefined
  const networks = new BlockList()
  networks.addSubnet(address, bits, family)
  return (host) => {
    const hostFamily = familyOf(host)
    return hostFamily !== undefined && networks.check(host, hostFamily)
  }
}

function splitPort(entry: string): { readonly name?: string; readonly port?: string } {
  if (isIP(entry) === 6) return { name: entry }
  const match = /^\[?(?<name>[^\]]*?)\]?(?::(?<port>\d+))?$/.exec(entry)
  return match?.groups ?? {}
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address)
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6'
}

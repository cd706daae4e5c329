import type { AgentOptions, Agent as AnyAgent, IncomingMessage, RequestOptions } from 'node:http'
import { Agent as HttpAgent, request as requestHttp } from '#lib/node-http.ts'
import type { ProxyConfig } from '../../config/proxy.ts'
import type { TlsConfig } from '../../config/tls.ts'
import { type ChooseProxy, createChooseProxy, type Environment } from './proxy/choose-proxy.ts'
import { proxyAddress, proxyAuthorization } from './proxy/dial.ts'
import type { HttpRequest } from './request.ts'
import { tlsOptions } from './tls-options.ts'

export interface WireOptions {
  readonly config: ProxyConfig & { readonly tls_config?: TlsConfig }
  readonly env: Environment
  readonly readFile: (path: string) => Promise<string>
}

/** Headers of a request; some have several values. */
export type WireHeaders = Readonly<Record<string, string | readonly string[]>>
/** A request whose body may be anything but text, too. */
type WireRequest = Omit<HttpRequest, 'body'> & { readonly body: string | Uint8Array }
/** Sends one request, with these headers over its own, and returns the head of its response. Follows nothing. */
export type Wire = (request: WireRequest, headers: WireHeaders, signal: AbortSignal) => Promise<IncomingMessage>

/** How long a connection waits for the next notification. */
const IDLE_MS = 90_000
const AGENT: AgentOptions = { keepAlive: true, timeout: IDLE_MS }

/** HTTP/1.1 over connections that are kept for the next notification, directly or through proxies. TLS is loaded with its first use. */
export function createWire({ config, env, readFile }: WireOptions): Wire {
  const chooseProxy: ChooseProxy = createChooseProxy(config, env)
  const agents = new Map<string, Promise<AnyAgent>>()
  const agentFor = (url: URL, proxy: URL | undefined): Promise<AnyAgent> => {
    const key = `${url.protocol} ${proxy?.href}`
    const agent = agents.get(key) ?? createAgent(url, proxy, config.proxy_connect_header ?? {})
    agents.set(key, agent)
    return agent
  }

  return async (request, headers, signal) => {
    const url = new URL(request.url)
    const proxy = chooseProxy(url)
    // A proxy of HTTP gets requests of http:// itself; to everything else it opens a way.
    const isRelayed = url.protocol === 'http:' && proxy !== undefined && /^https?:$/.test(proxy.protocol)
    const isSecret = (isRelayed ? proxy : url).protocol === 'https:'
    const tls = isSecret && config.tls_config !== undefined ? await tlsOptions(config.tls_config, readFile) : {}
    const options: RequestOptions = {
      ...tls,
      ...(isRelayed ? relayed(url, proxy) : {}),
      method: request.method,
      headers: {
        ...mutable(request.headers),
        ...mutable(headers),
        ...(isRelayed ? { host: url.host, ...proxyAuthorization(proxy) } : {}),
        'content-length': Buffer.byteLength(request.body),
      },
      agent: isRelayed ? await agentFor(proxy, undefined) : await agentFor(url, proxy),
      signal,
    }
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const send = isSecret ? (await import('node:https')).request : requestHttp
    signal.throwIfAborted()
    const outgoing = send(isRelayed ? proxy : url, options, resolve)
    outgoing.on('error', reject)
    outgoing.end(request.body)
    return promise
  }
}

async function createAgent(url: URL, proxy: URL | undefined, headers: ConnectHeaders): Promise<AnyAgent> {
  if (proxy === undefined && url.protocol !== 'https:') return new HttpAgent(AGENT)
  if (proxy === undefined) return new (await import('node:https')).Agent(AGENT)
  const { HttpsTunnelAgent, HttpTunnelAgent } = await import('./proxy/tunnel-agents.ts')
  const options = { proxy, headers, agent: AGENT }
  return url.protocol === 'https:' ? new HttpsTunnelAgent(options) : new HttpTunnelAgent(options)
}

type ConnectHeaders = Readonly<Record<string, readonly string[]>>

function relayed(url: URL, proxy: URL): RequestOptions {
  const target = new URL(url)
  target.username = ''
  target.password = ''
  target.hash = ''
  return { ...proxyAddress(proxy), path: target.href, auth: null }
}

function mutable(headers: WireHeaders): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
}

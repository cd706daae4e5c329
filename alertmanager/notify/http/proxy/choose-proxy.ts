import type { ProxyConfig } from '../../../config/proxy.ts'
import { compileNoProxy } from './no-proxy.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Says through which proxy a URL is reached, if through any. */
export type ChooseProxy = (url: URL) => URL | undefined

/** The proxies that a configuration names, or lets the environment name. */
export function createChooseProxy(config: ProxyConfig, env: Environment): ChooseProxy {
  if (config.proxy_from_environment === true) return fromEnvironment(env)
  const proxy = config.proxy_url ? new URL(config.proxy_url) : undefined
  if (proxy === undefined) return () => undefined
  // Without a list even this machine is reached through the proxy, as in Go.
  if (!config.no_proxy) return () => proxy
  const isDirect = compileNoProxy(config.no_proxy)
  return (url) => (isDirect(url) ? undefined : proxy)
}

function fromEnvironment(env: Environment): ChooseProxy {
  const named = (name: string) => env[name] || env[name.toLowerCase()] || ''
  const proxies = { 'http:': proxyUrl(named('HTTP_PROXY')), 'https:': proxyUrl(named('HTTPS_PROXY')) }
  const isDirect = compileNoProxy(named('NO_PROXY'))
  return (url) => (isDirect(url) ? undefined : proxies[url.protocol === 'https:' ? 'https:' : 'http:'])
}

/** `proxy:3128` is `http://proxy:3128`. */
function proxyUrl(text: string): URL | undefined {
  if (text === '') return undefined
  return URL.parse(/^[a-z0-9]+:\/\//i.test(text) ? text : `http://${text}`) ?? undefined
}

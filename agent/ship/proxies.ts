import { isIP } from 'node:net'

const VARIABLES = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy']

/**
 * The proxy variables of the environment, if a proxy is set for URLs of this kind; `NO_PROXY` may still exclude this one.
 * As with most programs, the own machine is never reached by a proxy.
 */
export function proxiesFor(
  url: URL,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> | undefined {
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy'
  if ((env[name] || env[name.toUpperCase()] || '') === '' || isLoopback(url.hostname)) return undefined
  const set = VARIABLES.map((variable) => [variable, env[variable] ?? ''] as const)
  return Object.fromEntries(set.filter(([, value]) => value !== ''))
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) === 0) return host === 'localhost' || host.endsWith('.localhost')
  return host === '::1' || host.startsWith('127.')
}

import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import {
  boolean,
  list,
  mapping,
  optional,
  type Schema,
  type Static,
  secret,
  section,
  text,
} from '#lib/config/schema.ts'
import { isSet } from './exclusive.ts'
import { PROXY_URL, urlProblem } from './urls.ts'

/** The keys of `http_config` and `oauth2` that are about proxies. */
export function proxyKeys() {
  const url: Schema<string> = {
    type: 'string',
    format: PROXY_URL,
    description: 'Proxy for all requests: http://, https:// or socks5://.',
  }
  return {
    proxy_url: optional(url),
    no_proxy: optional(text({ description: 'Hosts, domains, addresses and networks to reach without the proxy.' })),
    proxy_from_environment: optional(boolean({ description: 'Use what HTTP_PROXY, HTTPS_PROXY and NO_PROXY name.' })),
    proxy_connect_header: optional(
      mapping(list(secret({ description: 'A value.' }), { description: 'Values of one header.' }), {
        description: 'Headers for the proxy, in CONNECT requests.',
      }),
    ),
  }
}

const proxySchema = section('Proxies.', proxyKeys())

export type ProxyConfig = Static<typeof proxySchema>

/** Reports what is wrong with the keys of {@link proxyKeys}, in upstream's words. @param path of what they stand in */
export function checkProxy(proxy: ProxyConfig, path: Path, report: Report): void {
  const { proxy_url, no_proxy, proxy_from_environment, proxy_connect_header = {} } = proxy
  const hasUrl = isSet(proxy_url)
  if (hasUrl) {
    const problem = urlProblem(proxy_url, ['http', 'https', 'socks5', 'socks5h'])
    if (problem !== undefined) report([...path, 'proxy_url'], problem)
  }
  if (proxy_from_environment === true && hasUrl) {
    report([...path, 'proxy_url'], 'if proxy_from_environment is configured, proxy_url must not be configured', 'key')
  }
  if (proxy_from_environment === true && isSet(no_proxy)) {
    report([...path, 'no_proxy'], 'if proxy_from_environment is configured, no_proxy must not be configured', 'key')
  } else if (!hasUrl && isSet(no_proxy)) {
    report([...path, 'no_proxy'], 'if no_proxy is configured, proxy_url must also be configured', 'key')
  }
  if (Object.keys(proxy_connect_header).length > 0 && !hasUrl && proxy_from_environment !== true) {
    const needed = 'proxy_url or proxy_from_environment must also be configured'
    report([...path, 'proxy_connect_header'], `if proxy_connect_header is configured, ${needed}`, 'key')
  }
}

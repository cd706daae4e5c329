import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { boolean, list, mapping, optional, type Static, secret, section, text } from '#lib/config/schema.ts'
import { atMostOne } from './exclusive.ts'
import { allNotSupported, notSupported } from './not-supported.ts'
import { checkTlsConfig, tlsConfigSchema } from './tls.ts'

const basicAuthSchema = section('Credentials of HTTP basic authentication.', {
  username: optional(text({ description: 'Name of the user.' })),
  username_file: optional(text({ description: 'File with the name, read at each request.' })),
  password: optional(secret({ description: 'Password of the user.' })),
  password_file: optional(text({ description: 'File with the password, read at each request.' })),
})

const authorizationSchema = section('An Authorization header.', {
  type: text({ description: 'Scheme in front of the credentials.', default: 'Bearer' }),
  credentials: optional(secret({ description: 'What follows the scheme.' })),
  credentials_file: optional(text({ description: 'File with the credentials, read at each request.' })),
})

const headerSchema = section('Values of one header.', {
  values: list(text({ description: 'A value.' }), { description: 'Plain values.', default: [] }),
  secrets: list(secret({ description: 'A value.' }), { description: 'Values that are never printed.', default: [] }),
  files: list(text({ description: 'A path.' }), { description: 'Files with one value each.', default: [] }),
})

export const httpConfigSchema = section('How an integration speaks HTTP. Replaces the global one as a whole.', {
  basic_auth: optional(basicAuthSchema),
  authorization: optional(authorizationSchema),
  tls_config: optional(tlsConfigSchema),
  follow_redirects: boolean({ description: 'Follow up to ten redirects.', default: true }),
  enable_http2: boolean({ description: 'Allow HTTP/2. Requests use HTTP/1.1 either way.', default: true }),
  http_headers: optional(mapping(headerSchema, { description: 'Further headers of each request.' })),
  oauth2: notSupported('OAuth 2.0'),
  ...allNotSupported('the old spelling of authorization', ['bearer_token', 'bearer_token_file']),
  ...allNotSupported('proxies', ['proxy_url', 'no_proxy', 'proxy_from_environment', 'proxy_connect_header']),
})

export type HttpConfig = Static<typeof httpConfigSchema>

/** Headers that the client itself is in charge of. */
const RESERVED_HEADERS = new Set(
  `accept-encoding authorization connection content-encoding content-length content-type host keep-alive
  proxy-authenticate proxy-authorization user-agent www-authenticate`.split(/\s+/),
)

export function checkHttpConfig(http: HttpConfig, path: Path, report: Report): void {
  const { basic_auth, authorization, tls_config, http_headers = {} } = http
  if (basic_auth !== undefined && authorization !== undefined) {
    const message = 'at most one of basic_auth, oauth2, bearer_token & authorization must be configured'
    report([...path, 'authorization'], message, 'key')
  }
  if (basic_auth !== undefined) {
    atMostOne(basic_auth, ['username', 'username_file'], [...path, 'basic_auth'], report)
    atMostOne(basic_auth, ['password', 'password_file'], [...path, 'basic_auth'], report)
  }
  if (authorization !== undefined) {
    atMostOne(authorization, ['credentials', 'credentials_file'], [...path, 'authorization'], report)
    if (authorization.type?.trim().toLowerCase() === 'basic') {
      report(
        [...path, 'authorization', 'type'],
        'authorization type cannot be set to "basic", use "basic_auth" instead',
      )
    }
  }
  if (tls_config !== undefined) checkTlsConfig(tls_config, [...path, 'tls_config'], report)
  for (const name of Object.keys(http_headers)) {
    if (RESERVED_HEADERS.has(name.toLowerCase())) {
      report([...path, 'http_headers', name], `setting header "${name}" is not allowed`, 'key')
    } else if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      report([...path, 'http_headers', name], `"${name}" is not the name of a header`, 'key')
    }
  }
}

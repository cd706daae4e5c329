import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { boolean, list, mapping, optional, type Static, secret, section, text } from '#lib/config/schema.ts'
import { atMostOne, isSet } from './exclusive.ts'
import { checkOauth2, oauth2Schema } from './oauth2.ts'
import { checkProxy, proxyKeys } from './proxy.ts'
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

export const headerSchema = section('Values of one header.', {
  values: list(text({ description: 'A value.' }), { description: 'Plain values.', default: [] }),
  secrets: list(secret({ description: 'A value.' }), { description: 'Values that are never printed.', default: [] }),
  files: list(text({ description: 'A path.' }), { description: 'Files with one value each.', default: [] }),
})

export const httpConfigSchema = section('How an integration speaks HTTP. Replaces the global one as a whole.', {
  basic_auth: optional(basicAuthSchema),
  authorization: optional(authorizationSchema),
  oauth2: optional(oauth2Schema),
  bearer_token: optional(secret({ description: 'Token to send; the old spelling of authorization.' })),
  bearer_token_file: optional(text({ description: 'File with the token; the old spelling of authorization.' })),
  tls_config: optional(tlsConfigSchema),
  follow_redirects: boolean({ description: 'Follow up to ten redirects.', default: true }),
  enable_http2: boolean({ description: 'Allow HTTP/2. Requests use HTTP/1.1 either way.', default: true }),
  ...proxyKeys(),
  http_headers: optional(mapping(headerSchema, { description: 'Further headers of each request.' })),
})

export type HttpConfig = Static<typeof httpConfigSchema>

/** What an `Authorization` header is made of. */
export type Authorization = Static<typeof authorizationSchema>

/** The header that `authorization`, or `bearer_token` under its old name, asks for. */
export function authorizationOf(http: HttpConfig): Authorization | undefined {
  const { authorization, bearer_token, bearer_token_file } = http
  if (authorization !== undefined) return { ...authorization, type: authorization.type.trim() || 'Bearer' }
  if (isSet(bearer_token)) return { type: 'Bearer', credentials: bearer_token }
  return isSet(bearer_token_file) ? { type: 'Bearer', credentials_file: bearer_token_file } : undefined
}

/** Headers that the client itself is in charge of. */
const RESERVED_HEADERS = new Set(
  `accept-encoding authorization connection content-encoding content-length content-type host keep-alive
  proxy-authenticate proxy-authorization user-agent www-authenticate`.split(/\s+/),
)

/** Reports what is wrong with an `http_config` as it is written, in upstream's words. */
export function checkHttpConfig(http: HttpConfig, path: Path, report: Report): void {
  const { basic_auth, oauth2, tls_config, http_headers = {} } = http
  checkOneMethod(http, path, report)
  if (basic_auth !== undefined) {
    const at = [...path, 'basic_auth']
    atMostOne(basic_auth, ['username', 'username_file'], at, report, 'basic_auth ')
    atMostOne(basic_auth, ['password', 'password_file'], at, report, 'basic_auth ')
  }
  checkAuthorization(http.authorization, [...path, 'authorization'], report)
  if (oauth2 !== undefined) checkOauth2(oauth2, [...path, 'oauth2'], report)
  if (tls_config !== undefined) checkTlsConfig(tls_config, [...path, 'tls_config'], report)
  checkProxy(http, path, report)
  for (const name of Object.keys(http_headers)) {
    if (RESERVED_HEADERS.has(name.toLowerCase())) {
      report([...path, 'http_headers', name], `setting header "${name}" is not allowed`, 'key')
    } else checkHeaderName(name, [...path, 'http_headers', name], report)
  }
}

export function checkHeaderName(name: string, path: Path, report: Report): void {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) report(path, `"${name}" is not the name of a header`, 'key')
}

function checkOneMethod(http: HttpConfig, path: Path, report: Report): void {
  const { basic_auth, authorization, oauth2 } = http
  const bearer = (['bearer_token', 'bearer_token_file'] as const).find((key) => isSet(http[key]))
  atMostOne(http, ['bearer_token', 'bearer_token_file'], path, report)
  if (bearer !== undefined && (basic_auth !== undefined || oauth2 !== undefined)) {
    const keys = 'basic_auth, oauth2, bearer_token & bearer_token_file'
    report([...path, bearer], `at most one of ${keys} must be configured`, 'key')
  } else if (bearer !== undefined && authorization !== undefined) {
    report([...path, bearer], 'authorization is not compatible with bearer_token & bearer_token_file', 'key')
  }
  const methods = (['basic_auth', 'oauth2', 'authorization'] as const).filter((key) => http[key] !== undefined)
  if (methods.length > 1) {
    report([...path, methods[1]!], 'at most one of basic_auth, oauth2 & authorization must be configured', 'key')
  }
}

function checkAuthorization(authorization: Authorization | undefined, path: Path, report: Report): void {
  if (authorization === undefined) return
  atMostOne(authorization, ['credentials', 'credentials_file'], path, report, 'authorization ')
  if (authorization.type?.trim().toLowerCase() === 'basic') {
    report([...path, 'type'], 'authorization type cannot be set to "basic", use "basic_auth" instead')
  }
}

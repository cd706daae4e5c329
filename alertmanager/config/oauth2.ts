import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { anything, choice, list, mapping, optional, type Static, secret, section, text } from '#lib/config/schema.ts'
import { atMostOne, isSet } from './exclusive.ts'
import { checkProxy, proxyKeys } from './proxy.ts'
import { checkTlsConfig, tlsConfigSchema } from './tls.ts'
import { urlProblem } from './urls.ts'

/** The grant type of RFC 7523. */
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const GRANT_TYPES = ['client_credentials', JWT_BEARER] as const

export const oauth2Schema = section('A token from an OAuth 2.0 server, got anew before it ends.', {
  client_id: optional(text({ description: 'Id of this client.' })),
  client_secret: optional(secret({ description: 'Secret of this client.' })),
  client_secret_file: optional(text({ description: 'File with the secret.' })),
  client_certificate_key_id: optional(text({ description: 'Id of the key, for the header of the assertion.' })),
  client_certificate_key: optional(secret({ description: 'Key that signs the assertion, as PEM.' })),
  client_certificate_key_file: optional(text({ description: 'File with the key that signs the assertion.' })),
  grant_type: optional(
    choice(GRANT_TYPES, {
      description: 'How the token is asked for: by a secret (the default), or by an assertion that a key signs.',
    }),
  ),
  signature_algorithm: optional(
    choice(['RS256', 'RS384', 'RS512'], { description: 'How the assertion is signed; RS256.' }),
  ),
  iss: optional(text({ description: 'Issuer of the assertion; the client_id.' })),
  audience: optional(text({ description: 'Audience of the assertion; the token_url.' })),
  claims: optional(mapping(anything({ description: 'A claim.' }), { description: 'Further claims.' })),
  scopes: list(text({ description: 'A scope.' }), { description: 'Scopes of the token.', default: [] }),
  token_url: optional(text({ description: 'Where the token is got.' })),
  endpoint_params: optional(
    mapping(text({ description: 'A value.' }), { description: 'Further parameters of the request for a token.' }),
  ),
  tls_config: optional(tlsConfigSchema),
  ...proxyKeys(),
})

export type Oauth2Config = Static<typeof oauth2Schema>

export function checkOauth2(oauth2: Oauth2Config, path: Path, report: Report): void {
  const { client_id, token_url, grant_type, tls_config } = oauth2
  if (!isSet(client_id)) report([...path, 'client_id'], 'oauth2 client_id must be configured', 'key')
  if (!isSet(token_url)) report([...path, 'token_url'], 'oauth2 token_url must be configured', 'key')
  else {
    const problem = urlProblem(token_url)
    if (problem !== undefined) report([...path, 'token_url'], `oauth2 token_url: ${problem}`)
  }
  const [secrets, keys] = [
    ['client_secret', 'client_secret_file'] as const,
    ['client_certificate_key', 'client_certificate_key_file'] as const,
  ]
  atMostOne(oauth2, secrets, path, report, 'oauth2 ')
  atMostOne(oauth2, keys, path, report, 'oauth2 ')
  if (grant_type === JWT_BEARER && !keys.some((key) => isSet(oauth2[key]))) {
    report([...path, 'grant_type'], `oauth2 ${grant_type} needs client_certificate_key or client_certificate_key_file`)
  }
  if (tls_config !== undefined) checkTlsConfig(tls_config, [...path, 'tls_config'], report)
  checkProxy(oauth2, path, report)
}

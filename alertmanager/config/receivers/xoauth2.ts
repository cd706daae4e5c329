import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { list, optional, type Static, secret, section, text } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import { checkHttpConfig, httpConfigSchema } from '../http.ts'

/** How a mail client gets the access tokens with which it authenticates. Not in upstream's format. */
export const xoauth2Schema = section('Authenticates by XOAUTH2, in place of a password. Not known to Alertmanager.', {
  access_token_file: optional(
    text({ description: 'File with an access token that something else renews, read at each notification.' }),
  ),
  token_url: optional(text({ description: 'Where access tokens are issued.' })),
  client_id: optional(text({ description: 'This client, as the issuer knows it.' })),
  client_secret: optional(secret({ description: 'Secret of this client.' })),
  client_secret_file: optional(text({ description: 'File with the secret of this client.' })),
  refresh_token: optional(
    secret({ description: 'Token to renew access with; without it the client asks for itself.' }),
  ),
  refresh_token_file: optional(text({ description: 'File with the token to renew access with.' })),
  scopes: list(text({ description: 'A scope.' }), { description: 'What access is asked for.', default: [] }),
  http_config: httpConfigSchema,
})

export type Xoauth2Config = Static<typeof xoauth2Schema>

export function checkXoauth2(xoauth2: Xoauth2Config, path: Path, report: Report): void {
  const { access_token_file, token_url, client_id } = xoauth2
  atMostOne(xoauth2, ['access_token_file', 'token_url'], path, report)
  atMostOne(xoauth2, ['client_secret', 'client_secret_file'], path, report)
  atMostOne(xoauth2, ['refresh_token', 'refresh_token_file'], path, report)
  checkHttpConfig(xoauth2.http_config, [...path, 'http_config'], report)
  if (access_token_file !== undefined) return
  if (token_url === undefined) {
    report([...path, 'token_url'], 'one of access_token_file or token_url must be configured', 'key')
  } else if (client_id === undefined) {
    report([...path, 'client_id'], 'token_url needs a client_id', 'key')
  } else if (!/^https?:\/\/[^/]/i.test(token_url)) {
    report([...path, 'token_url'], 'token_url must be an http:// or https:// URL with a host')
  }
}

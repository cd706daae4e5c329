import { randomUUID, sign } from 'node:crypto'
import { messageOf } from '#lib/errors.ts'
import type { Oauth2Config } from '../../config/oauth2.ts'
import { TransportFailure } from './transport-failure.ts'

/** How long an assertion holds: as long as it takes to be read. */
const HOLDS_SECONDS = 3_600

/** The JWT of RFC 7523 that says who we are, signed by a key in PEM. */
export function signAssertion(config: Oauth2Config, key: string, nowMs: number): string {
  const { signature_algorithm: algorithm = 'RS256', client_id = '', client_certificate_key_id: kid } = config
  const now = Math.floor(nowMs / 1_000)
  const header = { alg: algorithm, typ: 'JWT', ...(kid === undefined ? {} : { kid }) }
  const claims = {
    iss: config.iss || client_id,
    sub: client_id,
    aud: config.audience || config.token_url,
    jti: randomUUID(),
    iat: now,
    exp: now + HOLDS_SECONDS,
    ...(config.scopes.length === 0 ? {} : { scope: config.scopes.join(' ') }),
    ...config.claims,
  }
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  try {
    return `${signed}.${sign(algorithm.replace('RS', 'sha'), Buffer.from(signed), key).toString('base64url')}`
  } catch (error) {
    const cure = 'client_certificate_key must be a private RSA key as PEM'
    throw new TransportFailure('other', false, `oauth2: cannot sign: ${messageOf(error)}; ${cure}`)
  }
}

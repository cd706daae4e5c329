import { messageOf, systemErrorCode } from '#lib/errors.ts'
import { MetadataError, type Peer } from './metadata-error.ts'

/** OpenSSL's verdicts on a certificate and Node's on its names. */
const CERTIFICATE =
  /^(?:(?:DEPTH_ZERO_)?SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY|DECODE|DECRYPT)_|CERT_|CRL_|INVALID_|PATH_LENGTH|HOSTNAME_MISMATCH|ERR_TLS_CERT)/
const MAX_CHARS = 200

/** What a failed connection means. The texts are those of the local system and of OpenSSL, not the peer's. */
export function classifyFailure(error: unknown, peer: Peer, host: string): MetadataError {
  const code = systemErrorCode(error)
  const isTrust = CERTIFICATE.test(code)
  const text = code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? 'it is for another address' : messageOf(error) || code
  const said = text.replaceAll(/\s+/g, ' ').slice(0, MAX_CHARS)
  return new MetadataError(`${peer}_${isTrust ? 'CERTIFICATE' : 'UNREACHABLE'}`, [host, said], { cause: error })
}

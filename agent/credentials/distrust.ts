import { messageOf, systemErrorCode } from '#lib/errors.ts'

/** OpenSSL's verdicts on a certificate and Node's on its names. */
const CERTIFICATE =
  /^(?:(?:DEPTH_ZERO_)?SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY|DECODE|DECRYPT)_|CERT_|CRL_|INVALID_|PATH_LENGTH|HOSTNAME_MISMATCH|ERR_TLS_CERT)/
/** Advice on how Node is started, which nobody does by hand here. */
const ADVICE = /; if the root CA is installed locally.*$/s
const MAX_CHARS = 200

/** What is wrong with a peer's certificate, or undefined if the error is about something else. */
export function describeDistrust(error: unknown): string | undefined {
  const code = systemErrorCode(error)
  if (!CERTIFICATE.test(code)) return undefined
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'it is for another address'
  return describeFailure(error).replace(ADVICE, '')
}

/** The text of a failure, in one line. It is the local system's and OpenSSL's, not the peer's. */
export function describeFailure(error: unknown): string {
  return (messageOf(error) || systemErrorCode(error)).replaceAll(/\s+/g, ' ').slice(0, MAX_CHARS)
}

import type { Report } from './check.ts'
import { type Path, printPath } from './diagnostic.ts'
import { boolean, duration, mapping, type Static, secret, section, text } from './schema.ts'

/** Settings that all have who are clients of other servers. Names of files are empty for none. */

export function headersMapping(description: string) {
  return mapping(secret({ description: 'Value of the header.' }), { description, default: {} })
}

export function bearerTokenFile() {
  return text({
    description: 'File with a bearer token, read again when it changes; empty for none.',
    default: '',
  })
}

export function caFile() {
  return text({
    description: "File with the certificates that are trusted, in PEM; empty for the system's.",
    default: '',
  })
}

export function insecureSkipVerify() {
  return boolean({
    description: 'Take any certificate. Whoever answers at the address then gets what is sent, and the credentials.',
    default: false,
  })
}

/** @param description which connections are meant: a sentence */
export function tlsSection(description: string) {
  return section(`${description} The files are PEM, and read again when they change.`, {
    ca_file: caFile(),
    cert_file: text({ description: 'File with our own certificate, where it is asked for.', default: '' }),
    key_file: text({ description: 'File with its private key.', default: '' }),
    server_name: text({ description: 'Name that certificates must have; empty for that of the URL.', default: '' }),
    insecure_skip_verify: insecureSkipVerify(),
  })
}

export type TlsConfig = Static<ReturnType<typeof tlsSection>>

/** @param initial what the first wait is at the most, as a duration is written */
export function backoffSection(description: string, initial: string) {
  return section(description, {
    initial: duration({ description: 'Upper bound of the first wait.', default: initial }),
    max: duration({ description: 'Upper bound of all later waits.', default: '30s' }),
  })
}

/** What HTTP allows; a request with anything else could never be sent. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** Reports headers that cannot be sent. @param path of the mapping */
export function checkHeaders(headers: Readonly<Record<string, string>>, path: Path, report: Report): void {
  for (const [name, value] of Object.entries(headers)) {
    const here = [...path, name]
    if (!HEADER_NAME.test(name)) report(here, `${JSON.stringify(name)} is not the name of an HTTP header`, 'key')
    else if (!HEADER_VALUE.test(value)) report(here, `${printPath(here)} has a character that HTTP does not allow`)
  }
}

/** Reports a certificate without its key, and the reverse. @param path of the section */
export function checkTls(tls: Pick<TlsConfig, 'cert_file' | 'key_file'>, path: Path, report: Report): void {
  if ((tls.cert_file === '') === (tls.key_file === '')) return
  const [given, missing] = tls.cert_file === '' ? ['key_file', 'cert_file'] : ['cert_file', 'key_file']
  report([...path, given], `${printPath([...path, given])} needs ${printPath([...path, missing])}`)
}

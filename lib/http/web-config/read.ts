import { dirname } from 'node:path'
import type { Report } from '../../config/check.ts'
import { readStrictFile } from '../../config/strict-file.ts'
import { webConfigSchema } from './schema.ts'
import { readTls, type TlsSettings, tlsFiles } from './tls-settings.ts'

/** What stands in a web configuration file, ready for use. */
export interface WebConfig {
  readonly tls: TlsSettings | undefined
  /** Headers of every answer. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Hashes of passwords by user; empty if nobody needs one. */
  readonly users: ReadonlyMap<string, string>
  readonly rateLimit: { readonly intervalMs: number; readonly burst: number } | undefined
  /** The files that it was read from. */
  readonly files: readonly string[]
}

/** The only headers that may be set, and their values where there is a choice of few. */
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  'Content-Security-Policy': [],
  'Strict-Transport-Security': [],
  'X-Content-Type-Options': ['nosniff'],
  'X-Frame-Options': ['deny', 'sameorigin'],
  'X-XSS-Protection': [],
}

const BCRYPT = /^\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}$/

/**
 * Reads a web configuration file and the certificates that it names.
 *
 * @throws CodedError CONFIG_UNREADABLE, or CONFIG_INVALID with every diagnostic in its message
 */
export function readWebConfig(file: string): WebConfig {
  return readStrictFile(file, webConfigSchema, (config, report) => {
    const directory = dirname(file)
    const headers = Object.entries(config.http_server_config.headers)
    checkHeaders(headers, report)
    for (const [user, hash] of Object.entries(config.basic_auth_users)) {
      if (!BCRYPT.test(hash))
        report(['basic_auth_users', user], 'this is no hash of bcrypt; make one with htpasswd -nB')
    }
    const { interval: intervalMs, burst } = config.rate_limit
    return {
      tls: readTls(config.tls_server_config, directory, report),
      headers: headers.filter(([, value]) => value !== ''),
      users: new Map(Object.entries(config.basic_auth_users)),
      rateLimit: intervalMs === 0 ? undefined : { intervalMs, burst },
      files: [file, ...tlsFiles(config.tls_server_config, directory)],
    }
  })
}

function checkHeaders(headers: readonly (readonly [string, string])[], report: Report): void {
  for (const [name, value] of headers) {
    const path = ['http_server_config', 'headers', name]
    const values = Object.hasOwn(HEADERS, name) ? HEADERS[name] : undefined
    if (values === undefined) report(path, `HTTP header ${JSON.stringify(name)} can not be configured`, 'key')
    else if (values.length > 0 && value !== '' && !values.includes(value)) {
      const expected = values.map((each) => JSON.stringify(each)).join(' ')
      report(path, `invalid value for ${name}. Expected one of: [${expected}], but got: ${JSON.stringify(value)}`)
    } else if (/[\r\n\0]/.test(value)) report(path, `${name} must be a single line`)
  }
}

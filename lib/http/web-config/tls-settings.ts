import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import type { Report } from '../../config/check.ts'
import { messageOf } from '../../errors.ts'
import type { ClientAuthType } from './schema.ts'
import { cipherList, cipherOf, curveOf, NODE_VERSIONS } from './tls-names.ts'

/** `tls_server_config` as it is written. */
interface TlsSection {
  readonly cert?: string
  readonly cert_file?: string
  readonly key?: string
  readonly key_file?: string
  readonly client_ca?: string
  readonly client_ca_file?: string
  readonly client_auth_type: ClientAuthType
  readonly client_allowed_sans: readonly string[]
  readonly min_version: keyof typeof NODE_VERSIONS
  readonly max_version: keyof typeof NODE_VERSIONS
  readonly cipher_suites: readonly string[]
  readonly prefer_server_cipher_suites: boolean
  readonly curve_preferences: readonly string[]
}

/** What a TLS server needs to know. */
export interface TlsSettings {
  readonly context: SecureContextOptions
  readonly clientAuth: ClientAuthType
  readonly allowedSans: readonly string[]
}

const PATH = ['tls_server_config']
const CLIENT_MUST_SHOW_ONE: readonly ClientAuthType[] = ['RequireAnyClientCert', 'RequireAndVerifyClientCert']

/** The files that the section names, relative to the directory of its own file. */
export function tlsFiles(section: TlsSection | undefined, directory: string): readonly string[] {
  const names = [section?.cert_file, section?.key_file, section?.client_ca_file]
  return names.flatMap((name) => (name === undefined ? [] : [resolve(directory, name)]))
}

/**
 * Reads certificates and checks that OpenSSL takes them.
 *
 * @returns undefined without TLS, and where something was reported
 */
export function readTls(section: TlsSection | undefined, directory: string, report: Report): TlsSettings | undefined {
  if (section === undefined) return undefined
  let isWrong = false
  const refuse: Report = (path, message, at) => {
    isWrong = true
    report([...PATH, ...path], message, at)
  }
  const pem = (name: 'cert' | 'key' | 'client_ca') => readPem(section, name, directory, refuse)
  const [cert, key, ca] = [pem('cert'), pem('key'), pem('client_ca')]
  checkNames(section, refuse)
  if (!isWrong && cert === undefined && key === undefined && ca === undefined) {
    if (section.client_auth_type === 'NoClientCert') return undefined
  }
  if (!isWrong && cert === undefined) refuse([], 'missing one of cert or cert_file', 'key')
  if (!isWrong && key === undefined) refuse([], 'missing one of key or key_file', 'key')
  if (ca !== undefined && section.client_auth_type === 'NoClientCert') {
    const where = section.client_ca === undefined ? 'client_ca_file' : 'client_ca'
    refuse([where], "client CA's have been configured without a client auth policy; set client_auth_type", 'key')
  }
  if (isWrong) return undefined
  const context: SecureContextOptions = {
    ...{ cert, key },
    ...(ca === undefined ? {} : { ca }),
    minVersion: NODE_VERSIONS[section.min_version],
    maxVersion: NODE_VERSIONS[section.max_version],
    honorCipherOrder: section.prefer_server_cipher_suites,
    ...(section.cipher_suites.length === 0 ? {} : { ciphers: cipherList(section.cipher_suites) }),
    ...(section.curve_preferences.length === 0
      ? {}
      : { ecdhCurve: section.curve_preferences.map((name) => curveOf(name)!).join(':') }),
  }
  try {
    createSecureContext(context)
  } catch (error) {
    refuse([], `the certificate and the key cannot be used: ${messageOf(error)}`, 'key')
    return undefined
  }
  return { context, clientAuth: section.client_auth_type, allowedSans: section.client_allowed_sans }
}

function readPem(
  section: TlsSection,
  name: 'cert' | 'key' | 'client_ca',
  directory: string,
  report: Report,
): string | undefined {
  const [inline, file] = [section[name], section[`${name}_file`]]
  if (inline !== undefined && file !== undefined) {
    report([`${name}_file`], `only one of ${name} and ${name}_file may be there`, 'key')
    return undefined
  }
  if (file === undefined) return inline
  try {
    return readFileSync(resolve(directory, file), 'utf8')
  } catch (error) {
    report([`${name}_file`], `cannot be read: ${messageOf(error)}`)
    return undefined
  }
}

function checkNames(section: TlsSection, report: Report): void {
  for (const [index, name] of section.cipher_suites.entries()) {
    if (cipherOf(name) === undefined) report(['cipher_suites', index], `unknown cipher: ${JSON.stringify(name)}`)
  }
  for (const [index, name] of section.curve_preferences.entries()) {
    if (curveOf(name) === undefined) report(['curve_preferences', index], `unknown curve: ${JSON.stringify(name)}`)
  }
  if (section.min_version > section.max_version) {
    report(['max_version'], `max_version ${section.max_version} is below min_version ${section.min_version}`)
  }
  if (section.client_allowed_sans.length > 0 && !CLIENT_MUST_SHOW_ONE.includes(section.client_auth_type)) {
    const message = `client_allowed_sans needs a client_auth_type of ${CLIENT_MUST_SHOW_ONE.join(' or ')}`
    report(['client_allowed_sans'], `${message}: with ${section.client_auth_type} a client may show none`, 'key')
  }
}

import type { SecureVersion } from 'node:tls'
import type { TLS_VERSIONS } from './schema.ts'

export const NODE_VERSIONS: Readonly<Record<(typeof TLS_VERSIONS)[number], SecureVersion>> = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
}

/** Go's names of curves, and OpenSSL's. */
const CURVES: Readonly<Record<string, string>> = {
  CurveP256: 'P-256',
  CurveP384: 'P-384',
  CurveP521: 'P-521',
  X25519: 'X25519',
  X25519MLKEM768: 'X25519MLKEM768',
}

const ECDHE_CIPHERS: Readonly<Record<string, string>> = {
  AES_128_CBC_SHA: 'AES128-SHA',
  AES_256_CBC_SHA: 'AES256-SHA',
  AES_128_CBC_SHA256: 'AES128-SHA256',
  AES_128_GCM_SHA256: 'AES128-GCM-SHA256',
  AES_256_GCM_SHA384: 'AES256-GCM-SHA384',
  CHACHA20_POLY1305: 'CHACHA20-POLY1305',
  CHACHA20_POLY1305_SHA256: 'CHACHA20-POLY1305',
}

/** TLS 1.3 has these and no choice, in Go as well. */
const TLS13_CIPHERS = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256']

/** OpenSSL's name of a cipher that Go names so; undefined for one that is not known, or that is broken. */
export function cipherOf(name: string): string | undefined {
  if (TLS13_CIPHERS.includes(name)) return name
  const [, exchange, cipher] = /^TLS_(RSA|ECDHE_RSA|ECDHE_ECDSA)_WITH_(\w+)$/.exec(name) ?? []
  if (exchange === undefined || cipher === undefined || !Object.hasOwn(ECDHE_CIPHERS, cipher)) return undefined
  const plain = ECDHE_CIPHERS[cipher]!
  if (exchange !== 'RSA') return `${exchange.replace('_', '-')}-${plain}`
  return cipher.startsWith('CHACHA') ? undefined : plain
}

/** The list for OpenSSL, which wants those of TLS 1.3 in it as well. */
export function cipherList(names: readonly string[]): string {
  return [...new Set([...names.map((name) => cipherOf(name)!), ...TLS13_CIPHERS])].join(':')
}

export function curveOf(name: string): string | undefined {
  return Object.hasOwn(CURVES, name) ? CURVES[name] : undefined
}

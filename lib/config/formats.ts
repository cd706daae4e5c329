import { parseBytes } from '../bytes.ts'
import { parseDuration } from '../duration.ts'

/** How the value of a `format` is read: the loaded value, or what is wrong with it. */
type Reader = (text: string) => { readonly value: string | number } | { readonly problem: string }

export const FORMATS: Readonly<Record<string, Reader>> = {
  duration: (text) => {
    const value = parseDuration(text)
    return value === undefined
      ? { problem: `${JSON.stringify(text)} is not a duration; write for example 30s, 5m or 1h30m` }
      : { value }
  },
  size: (text) => {
    const value = parseBytes(text)
    return value === undefined
      ? { problem: `${JSON.stringify(text)} is not a size; write for example 512KiB, 64MiB or 2GiB` }
      : { value }
  },
  'listen-address': (text) =>
    parseListenAddress(text) === undefined
      ? { problem: `${JSON.stringify(text)} is not a listen address; write host:port or :port` }
      : { value: text },
  'http-url': (text) =>
    isHttpUrl(text) ? { value: text } : { problem: `${JSON.stringify(text)} is not an http:// or https:// URL` },
  secret: (text) => ({ value: text }),
}

/** Splits `127.0.0.1:9200`, `[::1]:9200` or `:9200`; without a host the server listens on every address. */
export function parseListenAddress(text: string): { readonly host?: string; readonly port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]*)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match === null || port > 65_535) return undefined
  const host = match[1] ?? match[2]
  return host === undefined || host === '' ? { port } : { host, port }
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== ''
}

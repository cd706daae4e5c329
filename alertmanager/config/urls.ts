import type { JsonSchema } from '#lib/config/schema.ts'

/** The `format` of URLs of proxies. */
export const PROXY_URL = 'proxy-url'

/** What stands in for a password in a URL that is shown, in Go's manner. */
const MASK = 'xxxxx'

/** What is wrong with a URL, beginning with upstream's words; undefined for one that is right. */
export function urlProblem(text: string, schemes: readonly string[] = ['http', 'https']): string | undefined {
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text)?.[1]?.toLowerCase() ?? ''
  const like = `write ${schemes.map((known) => `${known}://`).join(' or ')} and a host`
  if (!schemes.includes(scheme)) return `unsupported scheme ${JSON.stringify(scheme)} for URL; ${like}`
  if (!/^[^:]+:\/\/(?:[^/?#]*@)?[^/?#@:]/.test(text)) return `missing host for URL; ${like}`
  return URL.canParse(text) ? undefined : `${JSON.stringify(withoutPassword(text))} is not a URL; ${like}`
}

/** The URL with its password blotted out. */
function withoutPassword(url: string): string {
  return url.replace(/^([^:/?#]+:\/\/[^:/?#@]*:)[^/?#]*(?=@)/, `$1${MASK}`)
}

/** A checked configuration in which no URL shows a password. */
export function maskUrls(schema: JsonSchema | undefined, value: unknown): unknown {
  if (typeof value === 'string') return isUrl(schema) ? withoutPassword(value) : value
  if (Array.isArray(value)) return value.map((item) => maskUrls(schema?.items, item))
  if (typeof value !== 'object' || value === null) return value
  const open = typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined
  const entries = Object.entries(value).map(([key, item]) => [key, maskUrls(schema?.properties?.[key] ?? open, item)])
  return Object.fromEntries(entries)
}

/** The password of a URL, if the schema says that one stands there and it has one. */
export function passwordIn(schema: JsonSchema | undefined, text: string): string | undefined {
  return isUrl(schema) ? /^[^:/?#]+:\/\/[^:/?#@]*:([^/?#]*)@/.exec(text)?.[1] : undefined
}

function isUrl(schema: JsonSchema | undefined): boolean {
  return schema?.format === 'http-url' || schema?.format === PROXY_URL
}

/** A path below the base URL of an API, whose own query stays. */
export function endpoint(base: string, path: string, query: Readonly<Record<string, string>> = {}): string {
  const url = new URL(base)
  const segments = path.split('/').map(escapeSegment)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${segments.join('/')}`
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}

/** Escapes what Go escapes in a path, and leaves what it leaves. */
function escapeSegment(text: string): string {
  return encodeURIComponent(text)
    .replaceAll(/%(?:24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent)
    .replaceAll(/[!'()*]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`)
}

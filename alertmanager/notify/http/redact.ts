const REDACTED = '<redacted>'
/** Shorter pieces of a path name things; longer ones may be tokens, such as those of incoming webhooks. */
const SHORTEST_TOKEN = 8

/**
 * Takes out of a text what must not be told: the URL with its path, and these secrets. Services like to repeat in their
 * answers what they were asked for.
 */
export function redact(text: string, url: string, secrets: readonly string[]): string {
  const parts = [...secrets.filter((secret) => secret !== ''), ...secretParts(url)]
  return parts.sort((a, b) => b.length - a.length).reduce((left, part) => left.replaceAll(part, REDACTED), text)
}

function secretParts(text: string): string[] {
  const url = URL.parse(text)
  if (url === null) return [text].filter((part) => part !== '')
  const { href, pathname, search, searchParams, username, password } = url
  const pieces = [...pathname.split('/'), ...searchParams.values(), username, password]
  const long = pieces.filter((piece) => piece.length >= SHORTEST_TOKEN)
  const whole = [href, pathname + search, pathname, text].filter((part) => part.length > 1)
  return [...whole, ...long, ...long.map(decodeSafely)]
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

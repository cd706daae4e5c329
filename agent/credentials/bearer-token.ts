/** What RFC 6750 allows in a bearer token; anything else could end the header. */
const TOKEN = /^[\w.~+/-]+=*$/

export function isBearerToken(text: string): boolean {
  return TOKEN.test(text)
}

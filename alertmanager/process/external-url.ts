export interface UrlOptions {
  /** Empty if it was not given. */
  readonly external_url: string
  /** Empty if it was not given; then it is the path of the external URL. */
  readonly route_prefix: string
}

/** What stands before the paths of all routes: empty, or as `/am`. */
export function routePrefixOf({ external_url, route_prefix }: UrlOptions): string {
  const path = route_prefix === '' ? (URL.parse(external_url)?.pathname ?? '') : route_prefix
  const trimmed = path.replace(/^\/+|\/+$/g, '')
  return trimmed === '' ? '' : `/${trimmed}`
}

/**
 * The URL that links carry, without a slash at the end.
 *
 * @param fallback host and port, where none was given
 */
export function externalUrlOf({ external_url }: UrlOptions, fallback: () => string): string {
  return (external_url === '' ? fallback() : external_url).replace(/\/+$/, '')
}

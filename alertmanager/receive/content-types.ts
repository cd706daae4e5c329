/** The media type of a header, without its parameters. */
export function mediaType(header: string): string {
  return header.split(';', 1)[0]!.trim().toLowerCase()
}

/** Whether a client that sends this `Accept` takes JSON. A type of quality zero is one that it does not take. */
export function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept === '') return true
  return accept.split(',').some((range) => {
    const isRefused = /;\s*q=0(?:\.0*)?\s*(?:;|$)/i.test(range)
    return !isRefused && ['application/json', 'application/*', '*/*'].includes(mediaType(range))
  })
}

/** What Go objects to in a content type that is none. */
export function contentTypeProblem(header: string): string {
  const type = mediaType(header)
  if (type === '') return 'mime: no media type'
  if (/^[^/]+\/$/.test(type)) return 'mime: expected token after slash'
  if (!type.includes('/')) return 'mime: expected slash in media type'
  return 'mime: invalid media parameter'
}

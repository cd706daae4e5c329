/** The parts of an image's name. */
export interface ImageReference {
  /** With its registry, without tag and digest. */
  readonly name: string
  readonly tag: string | undefined
  /** `sha256:…` */
  readonly digest: string | undefined
}

/**
 * Takes apart `registry:5000/team/app:1.2@sha256:…`. Without tag and digest Kubernetes means `latest`.
 *
 * @returns undefined for an image that has no name, only an id
 */
export function parseImage(image: string): ImageReference | undefined {
  const at = image.indexOf('@')
  const digest = at < 0 ? undefined : image.slice(at + 1)
  const tagged = at < 0 ? image : image.slice(0, at)
  const colon = tagged.indexOf(':', tagged.lastIndexOf('/') + 1)
  const name = colon < 0 ? tagged : tagged.slice(0, colon)
  if (name === '' || (name === 'sha256' && colon >= 0) || (digest !== undefined && !isDigest(digest))) return undefined
  const tag = colon < 0 ? (digest === undefined ? 'latest' : undefined) : tagged.slice(colon + 1)
  return { name, tag: tag || undefined, digest }
}

function isDigest(text: string): boolean {
  return /^[a-z0-9+._-]+:[0-9a-f]{32,128}$/i.test(text)
}

import { ApiError } from './api-error.ts'

const JSON_TYPES = ['application/json', 'application/x-ndjson', 'application/ndjson']
const VENDORED = /^application\/vnd\.elasticsearch\+(?:json|x-ndjson)$/
const VERSIONS = ['7', '8', '9']

/**
 * A body that is not said to be JSON is refused: it may come from a page in a browser, which may send only plain forms
 * to others without asking.
 *
 * @throws ApiError 406
 */
export function requireJson(contentType: string | undefined): void {
  const type = contentType?.split(';', 1).join('').trim().toLowerCase()
  if (type !== undefined && (JSON_TYPES.includes(type) || VENDORED.test(type))) return
  const what =
    contentType === undefined
      ? 'Content-Type header is missing'
      : `Content-Type header [${contentType}] is not supported`
  throw new ApiError(406, 'media_type_header_exception', `${what}; send application/json or application/x-ndjson`)
}

/**
 * The type of the answer: what the client calls JSON.
 *
 * @throws ApiError 400 for a client of another version
 */
export function answerType(accept: string | undefined): string {
  for (const part of accept?.split(',') ?? []) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    if (!VENDORED.test(type)) continue
    const version =
      parameters.find((text) => text.startsWith('compatible-with='))?.slice('compatible-with='.length) ?? '9'
    if (!VERSIONS.includes(version)) {
      throw new ApiError(
        400,
        'media_type_header_exception',
        `Invalid media-type value on headers [Accept]: [${accept}]`,
      )
    }
    return `application/vnd.elasticsearch+json;compatible-with=${version}`
  }
  return 'application/json'
}

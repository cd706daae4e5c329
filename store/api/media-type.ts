import { ElasticsearchError } from '../elasticsearch-error.ts'

const JSON_TYPE = 'application/json'
const VENDORED = /^application\/vnd\.elasticsearch\+(json|x-ndjson)$/
const SUPPORTED_VERSIONS = ['8', '9']

/** @throws ElasticsearchError 406 for a body that is said to be something else than JSON */
export function requireJson(contentType: string | undefined): void {
  if (contentType === undefined)
    throw new ElasticsearchError(406, 'media_type_header_exception', 'Content-Type header is missing')
  const { type, version } = parse(contentType)
  if (type === JSON_TYPE || type === 'application/x-ndjson') return
  if (!VENDORED.test(type)) {
    throw new ElasticsearchError(
      406,
      'media_type_header_exception',
      `Content-Type header [${contentType}] is not supported; send application/json or application/x-ndjson`,
    )
  }
  requireVersion('Content-Type', contentType, version)
}

/**
 * The type of the answer: what the client calls JSON.
 *
 * @throws ElasticsearchError 400 for a client of a version that the store does not speak
 */
export function answerType(accept: string | undefined): string {
  if (accept === undefined) return JSON_TYPE
  for (const part of accept.split(',')) {
    const { type, version } = parse(part)
    if (!VENDORED.test(type)) continue
    requireVersion('Accept', accept, version)
    return `application/vnd.elasticsearch+json;compatible-with=${version ?? '9'}`
  }
  return JSON_TYPE
}

function requireVersion(header: string, text: string, version: string | undefined): void {
  if (version === undefined || SUPPORTED_VERSIONS.includes(version)) return
  throw new ElasticsearchError(
    400,
    'media_type_header_exception',
    `Invalid media-type value on headers [${header}]: [${text}] is for another version than 8 or 9`,
  )
}

function parse(text: string): { readonly type: string; readonly version: string | undefined } {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim())
  const compatible = parameters.find((parameter) => parameter.toLowerCase().startsWith('compatible-with='))
  return { type: type.toLowerCase(), version: compatible?.slice(compatible.indexOf('=') + 1) }
}

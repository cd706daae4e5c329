import { quoteGo } from '#lib/go-quote.ts'

/** What a group of pushed metrics is known by: `job` and the labels of its path, sorted by name. Values may be empty. */
export type Grouping = ReadonlyMap<string, string>

/** What is wrong with a path, in Pushgateway's words. */
export interface PathProblem {
  readonly problem: string
}

const JOB_PATH = /^\/metrics\/job(@base64)?\/([^/]*)(\/.*)?$/s
const BASE64_SUFFIX = '@base64'
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/
const RESERVED_PREFIX = '__'
const BASE64_URL = /^[A-Za-z0-9_-]$/

/**
 * Reads `/metrics/job/<name>{/<label>/<value>}` as Pushgateway does (prometheus/pushgateway, README and handler/push.go):
 * percent-encoding is undone first, so that only `<label>@base64/<value>` can have a slash in it; of equal labels the last
 * counts, but `job` is the job.
 *
 * @param path as it was sent, without the query
 */
export function parseGrouping(path: string): Grouping | PathProblem {
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    return { problem: 'the path is not percent-encoded UTF-8' }
  }
  const [, suffix, jobText = '', labelsText = ''] = JOB_PATH.exec(decoded) ?? []
  const job = suffix === undefined ? jobText : decodeBase64(jobText)
  if (typeof job !== 'string')
    return { problem: `invalid base64 encoding in job name ${quoteGo(jobText)}: ${job.problem}` }
  const labels = splitLabels(labelsText)
  if ('problem' in labels) return labels
  if (job === '') return { problem: 'job name is required' }
  labels.set('job', job)
  return new Map([...labels].sort(([one], [other]) => (one < other ? -1 : 1)))
}

function splitLabels(text: string): Map<string, string> | PathProblem {
  const labels = new Map<string, string>()
  if (text.length <= 1) return labels
  const components = text.slice(1).split('/')
  if (components.slice(0, -1).includes('')) {
    return { problem: `empty component in label string ${quoteGo(text)}; write an empty value as <label>@base64/=` }
  }
  if (components.length % 2 !== 0) return { problem: `odd number of components in label string ${quoteGo(text)}` }
  for (let index = 0; index < components.length; index += 2) {
    const written = components[index]!
    const value = components[index + 1]!
    const isBase64 = written.endsWith(BASE64_SUFFIX)
    const name = isBase64 ? written.slice(0, -BASE64_SUFFIX.length) : written
    if (!LABEL_NAME.test(name) || name.startsWith(RESERVED_PREFIX)) {
      return { problem: `improper label name ${quoteGo(name)}` }
    }
    const decoded = isBase64 ? decodeBase64(value) : value
    if (typeof decoded !== 'string') {
      return { problem: `invalid base64 encoding for label ${name}=${quoteGo(value)}: ${decoded.problem}` }
    }
    labels.set(name, decoded)
  }
  return labels
}

/** Base 64 with the URL-safe alphabet (RFC 4648); padding is ignored, so that `=` is the empty text. */
function decodeBase64(text: string): string | PathProblem {
  const bare = text.replace(/=+$/, '')
  const wrong = [...bare].findIndex((character) => !BASE64_URL.test(character))
  if (wrong >= 0) return { problem: `illegal base64 data at input byte ${wrong}` }
  if (bare.length % 4 === 1) return { problem: `illegal base64 data at input byte ${bare.length - 1}` }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bare, 'base64url'))
  } catch {
    return { problem: 'not UTF-8' }
  }
}

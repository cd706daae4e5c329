import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { PageReader } from '../page/page-target.ts'
import { ScrapeError } from '../page/scrape-error.ts'

export interface PageRequest {
  readonly url: URL
  readonly agent: Agent
  readonly headers: Readonly<Record<string, string>>
  /** Of the body as it comes and once decompressed. */
  readonly maxBytes: number
  readonly signal: AbortSignal
}

// As in the client of collectors: importing these modules loads much that is not used.
const http = process.getBuiltinModule('node:http')
const https = process.getBuiltinModule('node:https')

const MAX_REDIRECTS = 3

/**
 * Reads one page, gunzipped, piece by piece. Redirects are followed within the same server only: whoever is asked must not
 * choose who else is.
 *
 * @param open makes the reader of an answer with this Content-Type
 * @throws ScrapeError, what the reader throws, and the system's errors
 */
export async function fetchPage(
  request: PageRequest,
  open: (contentType: string | undefined) => PageReader,
): Promise<void> {
  let { url } = request
  for (let redirects = 0; ; redirects++) {
    const response = await ask(request, url)
    try {
      const status = response.statusCode ?? 0
      const next = redirectOf(status, response.headers, url)
      if (next === undefined) {
        if (status !== 200) throw new ScrapeError('status', `it answered ${status}`)
        return await readBody(request, response, open(response.headers['content-type']))
      }
      if (redirects === MAX_REDIRECTS)
        throw new ScrapeError('redirect', `it redirects more than ${MAX_REDIRECTS} times`)
      url = next
    } finally {
      // A whole answer's connection is kept all the same: it has left the response by then.
      response.destroy()
    }
  }
}

/** A kept connection that the server had ended is noticed when it is used: then a new one is opened. */
function ask(request: PageRequest, url: URL): Promise<IncomingMessage> {
  const { agent, headers, signal } = request
  return new Promise((resolve, reject) => {
    const open = url.protocol === 'https:' ? https.request : http.request
    const sent = open(url, { agent, headers, signal })
    let isAnswered = false
    sent.once('response', (response) => {
      isAnswered = true
      resolve(response)
    })
    sent.on('error', (error) => {
      if (isAnswered || signal.aborted || !sent.reusedSocket) reject(error)
      else ask(request, url).then(resolve, reject)
    })
    sent.end()
  })
}

function redirectOf(status: number, { location }: IncomingHttpHeaders, url: URL): URL | undefined {
  if (status < 301 || status > 308 || status === 304 || location === undefined) return undefined
  const next = URL.parse(location, url)
  if (next?.origin !== url.origin) throw new ScrapeError('redirect', 'it redirects to another server')
  return next
}

async function readBody({ maxBytes }: PageRequest, response: IncomingMessage, reader: PageReader): Promise<void> {
  let received = 0
  // Beside what comes out: a compressed body may be endless and come to nothing.
  response.on('data', (chunk: Buffer) => {
    received += chunk.length
    if (received > maxBytes) response.destroy(new ScrapeError('limit', `the page has more than ${maxBytes} bytes`))
  })
  for await (const chunk of decoded(response) as AsyncIterable<Buffer>) reader.write(chunk)
  reader.end()
}

function decoded(response: IncomingMessage): Readable {
  const encoding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding === 'identity' || encoding === '') return response
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new ScrapeError('encoding', 'it compresses with something else than gzip, which was not asked for')
  }
  const { createGunzip } = process.getBuiltinModule('node:zlib')
  const { pipeline } = process.getBuiltinModule('node:stream')
  // Errors of either come out of the second.
  return pipeline(response, createGunzip(), () => {})
}

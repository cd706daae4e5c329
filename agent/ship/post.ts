import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import type { Clock } from '#lib/clock.ts'
import type { Answer } from './outcome.ts'

export interface Post {
  readonly url: URL
  readonly agent: Agent
  readonly headers: Readonly<Record<string, string | number>>
  readonly body: Buffer
  /** Longest time from the request to the end of the answer. */
  readonly timeoutMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

// An import statement would read every export of the module, and one of them is a getter that loads a second HTTP
// client and a WebSocket: 5 MiB that stay resident.
const http = process.getBuiltinModule('node:http')

/** Of an answer; the rest is read and forgotten. */
const MAX_ANSWER_BYTES = 64 * 1024

/**
 * One request and its answer. It is settled only when the connection is done with the request, so that nothing reads the
 * body any more: its memory may be given back, or be filled with something else.
 *
 * @throws the system's error; `TIMEOUT` as code if the answer was not complete in time
 */
export async function post(options: Post): Promise<Answer> {
  const first = await exchange(options)
  if (!(first instanceof StaleConnection)) return first
  const second = await exchange(options)
  if (second instanceof StaleConnection) throw second.error
  return second
}

/** A kept connection that the peer had ended, which may show only when it is used: no sign that the peer fails. */
class StaleConnection {
  readonly error: Error

  constructor(error: Error) {
    this.error = error
  }
}

function exchange(options: Post): Promise<Answer | StaleConnection> {
  const { url, agent, headers, body, timeoutMs, clock, signal } = options
  return new Promise((resolve, reject) => {
    let answer: Answer | undefined
    let response: IncomingMessage | undefined
    let failure: Error | undefined
    const open = url.protocol === 'https:' ? process.getBuiltinModule('node:https').request : http.request
    const request = open(url, { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } })
    const fail = (error: Error) => {
      failure ??= error
      request.destroy(error)
    }
    const cancel = clock.after(timeoutMs, () => fail(timeoutError(timeoutMs)))
    const abort = () => fail(Object.assign(new Error('given up'), { code: 'ABORT_ERR' }))
    signal.addEventListener('abort', abort, { once: true })
    request.on('error', (error) => {
      failure ??= error
    })
    request.once('response', (incoming) => {
      response = incoming
      collect(incoming, request, (complete) => {
        answer = complete
      })
    })
    request.once('close', () => {
      cancel()
      signal.removeEventListener('abort', abort)
      if (answer !== undefined) return resolve(answer)
      const error = failure ?? connectionEnded()
      if (request.reusedSocket && response === undefined && isReset(error)) resolve(new StaleConnection(error))
      else reject(error)
    })
    if (signal.aborted) abort()
    request.end(body)
  })
}

function collect(response: IncomingMessage, request: ClientRequest, onComplete: (answer: Answer) => void): void {
  const chunks: Buffer[] = []
  let length = 0
  response.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length <= MAX_ANSWER_BYTES) chunks.push(chunk)
  })
  response.once('end', () => {
    if (response.complete) {
      const { statusCode = 0, headers } = response
      onComplete({ status: statusCode, headers, content: Buffer.concat(chunks) })
    }
    // It did not wait for the request; sending the rest would be in vain, and it may never read it.
    if (!request.writableFinished) request.destroy()
  })
  // The request hears of it too.
  response.on('error', () => {})
}

function isReset(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined
  return code === 'ECONNRESET' || code === 'EPIPE'
}

function connectionEnded(): Error {
  return Object.assign(new Error('the connection ended within the answer'), { code: 'ECONNRESET' })
}

function timeoutError(timeoutMs: number): Error {
  return Object.assign(new Error(`no answer in ${timeoutMs} ms`), { code: 'TIMEOUT' })
}

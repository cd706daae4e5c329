import type { IncomingMessage } from 'node:http'
import type { Clock } from '#lib/clock.ts'
import type { HttpResponse } from './request.ts'

/** How much of a response is kept: what services say about a notification is short. */
const KEPT_BODY_BYTES = 64 * 1024
/** How long a body may take once its head has come. What it was worth is in its status, and the group is waiting. */
const LONGEST_BODY_MS = 10_000

/** The response with the beginning of its body. */
export async function readResponse(response: IncomingMessage, clock: Clock): Promise<HttpResponse> {
  const body = (await readBody(response, clock)).toString()
  const headers = Object.fromEntries(
    Object.entries(response.headersDistinct).map(([name, values = []]) => [name, values.join(', ')]),
  )
  return { status: response.statusCode ?? 0, headers, body }
}

/** The beginning of a body. One without an end must not hold us: the connection is closed. */
export async function readBody(response: IncomingMessage, clock: Clock): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  let isLate = false
  const cancel = clock.after(LONGEST_BODY_MS, () => {
    isLate = true
    response.destroy()
  })
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.length
      // Leaving the loop closes the connection.
      if (bytes >= KEPT_BODY_BYTES) break
    }
  } catch (error) {
    if (!isLate) throw error
  } finally {
    cancel()
  }
  return Buffer.concat(chunks).subarray(0, KEPT_BODY_BYTES)
}

import type { FastifyReply } from '#lib/http/server.ts'
import type { BodyWriter, PutPiece } from './response.ts'

class NobodyReads extends Error {}

/**
 * Sends a body as it is written, at the pace at which it is read. Whoever hangs up ends the writing; what goes wrong
 * after the first piece ends the connection, so that nobody takes half a list for all of it.
 */
export async function sendPieces(reply: FastifyReply, body: BodyWriter): Promise<void> {
  const { raw } = reply
  const waiting = new Set<(error: Error) => void>()
  let isBegun = false
  let sentBytes = 0
  const put: PutPiece = (piece, isLast) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // It may have taken too long, and been answered for that.
    if (raw.destroyed || (reply.sent && !isBegun)) {
      reject(new NobodyReads())
      return promise
    }
    sentBytes += piece.length
    // If the head is sent already this is for who counts what was answered.
    if (isLast) reply.header('content-length', sentBytes)
    if (!isBegun) {
      isBegun = true
      reply.hijack()
      raw.statusCode = reply.statusCode
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) raw.setHeader(name, value)
      }
    }
    waiting.add(reject)
    const taken = (error?: Error | null) => {
      waiting.delete(reject)
      if (error) reject(new NobodyReads())
      else resolve()
    }
    if (isLast) raw.end(piece, taken)
    else raw.write(piece, taken)
    return promise
  }
  raw.once('close', () => {
    for (const reject of waiting) reject(new NobodyReads())
  })
  try {
    await body(put)
  } catch (error) {
    if (isBegun) raw.destroy()
    if (!(error instanceof NobodyReads)) throw error
  }
}

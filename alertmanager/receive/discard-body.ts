import { finished } from 'node:stream'
import type { FastifyRequest } from '#lib/http/server.ts'

/** Longest that the rest of a body is waited for. */
const LONGEST_MS = 2_000

/**
 * Reads away what is left of a body that nobody wants. Whoever is still sending when the connection ends is told of a
 * broken pipe instead of what is wrong.
 */
export async function discardBody({ raw }: FastifyRequest): Promise<void> {
  if (raw.complete || raw.destroyed) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, LONGEST_MS)
  const forget = finished(raw, () => resolve())
  raw.resume()
  await promise
  clearTimeout(timer)
  forget()
}

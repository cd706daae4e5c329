import { systemErrorCode } from '#lib/errors.ts'
import type { HttpTransport } from '../notify/http/request.ts'
import type { Span } from './span.ts'

/**
 * Sends each request within a span, and says in it which trace it is part of. The path of the URL is not in the span:
 * with many services it is the key.
 *
 * @param name of the integration
 */
export function tracedTransport(transport: HttpTransport, parent: Span, name: string): HttpTransport {
  return async (request, signal) => {
    const { method, url, headers } = request
    const attributes = { 'http.request.method': method, 'server.address': URL.parse(url)?.hostname ?? '' }
    const span = parent.child(`${name}/HTTP ${method}`, { kind: 'client', attributes })
    try {
      const response = await transport({ ...request, headers: { ...headers, ...span.headers } }, signal)
      span.set({ 'http.response.status_code': response.status })
      if (response.status >= 400) span.fail(`status ${response.status}`)
      return response
    } catch (error) {
      // Why in words, without the secrets that it may hold, is said of the notification.
      span.fail(systemErrorCode(error) || 'no answer')
      throw error
    } finally {
      span.end()
    }
  }
}

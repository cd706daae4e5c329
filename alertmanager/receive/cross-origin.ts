import type { IncomingHttpHeaders } from 'node:http'
import type { ApiResponse } from './response.ts'

const METHODS = ['GET', 'HEAD', 'POST']
const HEADERS = ['accept', 'content-type', 'origin', 'x-requested-with']

/** What any answer says to pages of other origins: any may read it. */
export function originHeaders({ origin }: IncomingHttpHeaders): Readonly<Record<string, string>> {
  return { vary: 'Origin', ...(origin === undefined ? {} : { 'access-control-allow-origin': '*' }) }
}

export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined
}

/** Whether a page may send what it announces: the simple methods and headers only, as upstream has it. */
export function preflight(headers: IncomingHttpHeaders): ApiResponse {
  const vary = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
  const method = headers['access-control-request-method'] ?? ''
  const asked = (headers['access-control-request-headers'] ?? '').split(',').map((name) => name.trim().toLowerCase())
  const names = asked.filter((name) => name !== '')
  if (!METHODS.includes(method) || !names.every((name) => HEADERS.includes(name))) {
    return { status: 200, body: '', headers: { vary } }
  }
  const granted = names.length === 0 ? {} : { 'access-control-allow-headers': names.join(', ') }
  return {
    status: 200,
    body: '',
    headers: { vary, 'access-control-allow-origin': '*', 'access-control-allow-methods': method, ...granted },
  }
}

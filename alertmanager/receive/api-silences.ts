import type { Endpoint } from './api.ts'
import { type ApiResponse, json, refuse } from './response.ts'

const NOT_FOUND: ApiResponse = { status: 404, body: '' }

/**
 * `/silences` and `/silence/{id}`. This version has no silences: there are none to list, and one that is posted is
 * refused aloud, since its sender would wait for a quiet that does not come. Clients know 400 and show its text.
 */
export function silenceEndpoints(): readonly Endpoint[] {
  return [
    { path: '/silences', methods: { GET: () => json([]), POST: () => refuse(400, 'silences are not supported yet') } },
    { path: '/silence/:id', methods: { GET: () => NOT_FOUND, DELETE: () => NOT_FOUND } },
  ]
}

import { COMPATIBLE_VERSION } from '../version.ts'
import type { Endpoint } from './api.ts'
import { openApiDocument } from './openapi/document.ts'
import { json } from './response.ts'

/** `/swagger.json`: what the API has, for programs that make clients of it. */
export function documentEndpoint(basePath: string): Endpoint {
  return { path: '/swagger.json', methods: { GET: () => json(openApiDocument(COMPATIBLE_VERSION, basePath)) } }
}

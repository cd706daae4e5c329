import { ElasticsearchError, illegalArgument } from '../elasticsearch-error.ts'
import { COMMON_PARAMETERS, type Route } from './route.ts'

export interface RouteMatch {
  readonly route: Route
  readonly path: Readonly<Record<string, string>>
}

/** Finds routes by method and path. A part that is written out goes before one that is left open. */
export class Router {
  readonly #routes: readonly { readonly route: Route; readonly parts: readonly string[] }[]

  constructor(routes: readonly Route[]) {
    this.#routes = routes
      .map((route) => ({ route, parts: route.path.split('/').slice(1) }))
      .sort((a, b) => openParts(a.parts) - openParts(b.parts))
  }

  /** @throws ElasticsearchError 404 for a path that no route has, 405 for a method that its routes do not have */
  match(method: string, path: string): RouteMatch {
    const parts = path.split('/').slice(1).map(decodePart)
    if (parts.length > 1 && parts.at(-1) === '') parts.pop()
    const allowed: string[] = []
    for (const { route, parts: pattern } of this.#routes) {
      const values = matchParts(pattern, parts)
      if (values === undefined) continue
      if (route.methods.includes(method)) return { route, path: values }
      allowed.push(...route.methods)
    }
    if (allowed.length === 0) {
      throw new ElasticsearchError(
        404,
        'illegal_argument_exception',
        `no handler found for uri [${path}] and method [${method}]`,
      )
    }
    throw new ElasticsearchError(
      405,
      'illegal_argument_exception',
      `Incorrect HTTP method for uri [${path}] and method [${method}], allowed: [${[...new Set(allowed)].toSorted((a, b) => a.localeCompare(b)).join(', ')}]`,
    )
  }
}

/** @throws ElasticsearchError 400 that names what the route does not understand */
export function parseParameters(route: Route, path: string, query: string): Map<string, string> {
  const parameters = new Map<string, string>()
  const unknown: string[] = []
  for (const [name, value] of new URLSearchParams(query)) {
    if (COMMON_PARAMETERS.includes(name) || route.parameters.includes(name)) parameters.set(name, value)
    else unknown.push(name)
  }
  if (unknown.length > 0) {
    throw illegalArgument(
      `request [${path}] contains unrecognized parameter${unknown.length > 1 ? 's' : ''}: [${unknown.join('], [')}]`,
    )
  }
  return parameters
}

function openParts(parts: readonly string[]): number {
  return parts.filter((part) => part.startsWith('{')).length
}

function matchParts(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined
  const values: Record<string, string> = {}
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index]!
    if (!expected.startsWith('{')) {
      if (part !== expected) return undefined
    } else if (part === '' || (part.startsWith('_') && part !== '_all')) {
      // Names of indices and templates do not begin so; it is an endpoint that this store does not have.
      return undefined
    } else {
      values[expected.slice(1, -1)] = part
    }
  }
  return values
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw illegalArgument(`the path has a wrong escape in [${part}]`)
  }
}

import type { Answer } from './answer.ts'

/** What kind of server there is, and what it can do. */
export interface Flavour {
  readonly product: 'elasticsearch' | 'opensearch' | 'serverless' | 'vedette' | 'unknown'
  /** `9.5.3`; empty if the server did not say. */
  readonly version: string
  /** Another one means another cluster, with templates of its own; empty if the server did not say. */
  readonly clusterUuid: string
}

/** The version of Elastic's serverless interface that requests are written for. */
const SERVERLESS_API = '2023-10-31'

/**
 * Reads the answer to `GET /`. One that is refused for want of a privilege still tells Elasticsearch by its header.
 *
 * @returns undefined if the answer tells nothing, as while the server starts
 */
export function readFlavour(answer: Answer): Flavour | undefined {
  if (answer.kind === 'unreachable') return undefined
  const isElastic = answer.product === 'Elasticsearch'
  const unnamed = { product: isElastic ? 'elasticsearch' : 'unknown', version: '', clusterUuid: '' } as const
  if (answer.kind === 'error') {
    const isNoAnswer = answer.status === 401 || answer.status === 429 || answer.status >= 500
    return isNoAnswer ? undefined : unnamed
  }
  const { version, cluster_uuid: uuid } = (answer.body ?? {}) as {
    version?: { number?: unknown; distribution?: unknown; build_flavor?: unknown; build_type?: unknown }
    cluster_uuid?: unknown
  }
  if (typeof version?.number !== 'string') return unnamed
  const product = productOf(version, isElastic)
  return { product, version: version.number, clusterUuid: typeof uuid === 'string' ? uuid : '' }
}

function productOf(
  { distribution, build_flavor: buildFlavor, build_type: buildType }: Readonly<Record<string, unknown>>,
  isElastic: boolean,
): Flavour['product'] {
  if (distribution === 'opensearch') return 'opensearch'
  if (buildFlavor === 'serverless') return 'serverless'
  if (buildType === 'vedette') return 'vedette'
  return isElastic ? 'elasticsearch' : 'unknown'
}

/** For people: `Elasticsearch 9.5.3`. */
export function flavourName({ product, version }: Flavour): string {
  if (product === 'vedette') return `the embedded store, as Elasticsearch ${version}`
  const names = { elasticsearch: 'Elasticsearch', opensearch: 'OpenSearch', serverless: 'Elasticsearch Serverless' }
  const name = product === 'unknown' ? 'an unknown server' : names[product]
  return version === '' ? `${name} of unknown version` : `${name} ${version}`
}

/** Headers that every request to such a server gets. */
export function headersOf(flavour: Flavour | undefined): Readonly<Record<string, string>> {
  return flavour?.product === 'serverless' ? { 'elastic-api-version': SERVERLESS_API } : {}
}

/** Parameters of a bulk request that the server knows beyond the ones that all do. */
export function bulkParametersOf(flavour: Flavour | undefined): Readonly<Record<string, string>> {
  // OpenSearch refuses the whole request for a parameter that it does not know.
  if (flavour?.product === 'opensearch') return {}
  // Errors without the document in them: what logs say belongs to their users.
  const hidesSource = flavour?.product === 'serverless' || isAtLeast(flavour, 8, 18)
  return { require_data_stream: 'true', ...(hidesSource ? { include_source_on_error: 'false' } : {}) }
}

export function isAtLeast(flavour: Flavour | undefined, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = (flavour?.version ?? '').split('.').map(Number)
  return flavour?.product === 'elasticsearch' && (ownMajor > major || (ownMajor === major && ownMinor >= minor))
}

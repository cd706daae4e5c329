import type { Peer } from './metadata-error.ts'
import { parseContainers } from './parse-containers.ts'
import type { PodMetadata, PodOwner } from './pod-metadata.ts'
import { isObject, type JsonObject, readList, readObject, readText } from './read-json.ts'

/** Kubernetes allows 253 characters of prefix, a slash and 63 of name. */
const MAX_KEY_CHARS = 317
/** Kubernetes allows 63. */
const MAX_LABEL_CHARS = 256
/** Annotations may have 256 KiB together; whole manifests are put into them. */
const MAX_ANNOTATION_CHARS = 4096
const MAX_PAIRS = 256
const MAX_NAME_CHARS = 253
/** A path has room for little more. */
const MAX_UID_CHARS = 128
const MAX_IP_CHARS = 64
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

const CONFIG_SOURCE = 'kubernetes.io/config.source'
const CONFIG_HASH = 'kubernetes.io/config.hash'
const CONFIG_MIRROR = 'kubernetes.io/config.mirror'

export interface ParsePodOptions {
  /** Which annotations are kept. */
  readonly keepAnnotation: (key: string) => boolean
  /** Who says so. */
  readonly peer: Peer
}

/**
 * What is kept of a v1.Pod. Whatever is missing or has another shape than Kubernetes gives it is left out.
 *
 * @returns undefined if it cannot be told whose logs are meant
 */
export function parsePod(value: unknown, { keepAnnotation, peer }: ParsePodOptions): PodMetadata | undefined {
  if (!isObject(value)) return undefined
  const metadata = readObject(value, 'metadata')
  const spec = readObject(value, 'spec')
  const status = readObject(value, 'status')
  const name = readText(metadata, 'name', MAX_NAME_CHARS)
  const namespace = readText(metadata, 'namespace', MAX_NAME_CHARS)
  const uids = parseUids(metadata, peer)
  if (name === '' || namespace === '' || uids === undefined) return undefined
  const startTime = readText(status, 'startTime', 40)
  return {
    ...uids,
    namespace,
    name,
    nodeName: readText(spec, 'nodeName', MAX_NAME_CHARS),
    podIp: readText(status, 'podIP', MAX_IP_CHARS) || undefined,
    isHostNetwork: spec.hostNetwork === true,
    startTime: RFC3339.test(startTime) ? startTime : undefined,
    labels: parsePairs(readObject(metadata, 'labels'), () => true, MAX_LABEL_CHARS),
    annotations: parsePairs(readObject(metadata, 'annotations'), keepAnnotation, MAX_ANNOTATION_CHARS),
    owner: parseOwner(metadata),
    containers: parseContainers(spec, status),
  }
}

/**
 * A static pod runs under the hash of its manifest, which names its logs; the API server has a mirror of it under a UID
 * of its own, and says of which by an annotation. Anyone may annotate an ordinary pod like that to pass it off as
 * another one. A kubelet writes over the annotation that tells the two apart, so its word counts. An API server does not:
 * what a pod in it says of itself stays behind its own UID.
 */
function parseUids(
  metadata: JsonObject,
  peer: Peer,
): Pick<PodMetadata, 'uid' | 'otherUids' | 'apiUid' | 'isStatic'> | undefined {
  const own = readText(metadata, 'uid', MAX_UID_CHARS)
  const annotations = readObject(metadata, 'annotations')
  const source = readText(annotations, CONFIG_SOURCE, MAX_NAME_CHARS)
  const isStatic = source !== '' && source !== 'api'
  const mirror = isStatic ? readText(annotations, CONFIG_MIRROR, MAX_UID_CHARS) : ''
  const hash = isStatic ? readText(annotations, CONFIG_HASH, MAX_UID_CHARS) : ''
  const isMirror = mirror !== '' && mirror !== own
  const uid = isMirror && peer === 'KUBELET' ? mirror : own || hash
  if (uid === '') return undefined
  const otherUids = [...new Set([own, mirror, hash])].filter((other) => other !== '' && other !== uid)
  const isOfApi = isMirror || !isStatic || peer === 'KUBE_API'
  return { uid, otherUids, isStatic, apiUid: isOfApi ? own || undefined : undefined }
}

function parsePairs(
  pairs: JsonObject,
  keep: (key: string) => boolean,
  maxValueChars: number,
): ReadonlyMap<string, string> {
  const keys = Object.keys(pairs).filter((key) => key !== '' && key.length <= MAX_KEY_CHARS && keep(key))
  const kept = new Map<string, string>()
  for (const key of keys.sort((a, b) => (a < b ? -1 : 1))) {
    const value = pairs[key]
    if (typeof value === 'string') kept.set(key, cut(value, maxValueChars))
    if (kept.size === MAX_PAIRS) break
  }
  return kept
}

/** A slice would hold on to the whole text; a copy does not, and ends in no half of a character. */
function cut(text: string, maxChars: number): string {
  return text.length <= maxChars
    ? text
    : Buffer.from(text.slice(0, maxChars))
        .toString()
        .replace(/\ufffd$/, '')
}

function parseOwner(metadata: JsonObject): PodOwner | undefined {
  for (const reference of readList(metadata, 'ownerReferences')) {
    if (!isObject(reference) || reference.controller !== true) continue
    const kind = readText(reference, 'kind', MAX_NAME_CHARS)
    const name = readText(reference, 'name', MAX_NAME_CHARS)
    if (kind !== '' && name !== '') return { kind, name }
  }
  return undefined
}

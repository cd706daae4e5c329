import { isObject, type JsonObject, readCount, readList, readObject, readText } from '../../metadata/read-json.ts'
import { ScrapeError } from '../page/scrape-error.ts'

/** How full a file system is; undefined for what the kubelet does not say. */
export interface FileSystemStats {
  readonly usedBytes: number | undefined
  readonly capacityBytes: number | undefined
  readonly availableBytes: number | undefined
  readonly inodes: number | undefined
  readonly inodesFree: number | undefined
  readonly inodesUsed: number | undefined
}

export interface ContainerStats {
  readonly namespace: string
  readonly pod: string
  readonly podUid: string
  readonly container: string
  /** What the container has written beside its image. */
  readonly rootfs: FileSystemStats
}

export interface VolumeStats {
  readonly namespace: string
  readonly claim: string
  readonly stats: FileSystemStats
}

export interface StatsSummary {
  readonly containers: readonly ContainerStats[]
  /** Of claims only; one that several pods use stands here once. */
  readonly volumes: readonly VolumeStats[]
}

/** Names of Kubernetes are shorter. */
const MAX_NAME_CHARS = 512
/** A node has some hundreds of pods, and a pod some containers. */
const MAX_ITEMS = 20_000

/**
 * Reads the kubelet's `/stats/summary` (k8s.io/kubelet/pkg/apis/stats/v1alpha1). What is not as it should be is left out.
 *
 * @throws ScrapeError if it is no such JSON
 */
export function parseSummary(body: Buffer): StatsSummary {
  const summary = parseJson(body)
  const containers: ContainerStats[] = []
  const volumes = new Map<string, VolumeStats>()
  for (const pod of readList(summary, 'pods')) {
    if (!isObject(pod)) continue
    const ref = readObject(pod, 'podRef')
    const [namespace, name, podUid] = ['namespace', 'name', 'uid'].map((key) => readText(ref, key, MAX_NAME_CHARS))
    if (!namespace || !name) continue
    for (const item of readList(pod, 'containers')) {
      if (!isObject(item) || containers.length >= MAX_ITEMS) continue
      const container = readText(item, 'name', MAX_NAME_CHARS)
      if (container === '' || !isObject(item.rootfs)) continue
      containers.push({ namespace, pod: name, podUid: podUid ?? '', container, rootfs: readFileSystem(item.rootfs) })
    }
    for (const item of readList(pod, 'volume')) {
      if (!isObject(item) || volumes.size >= MAX_ITEMS) continue
      const claimRef = readObject(item, 'pvcRef')
      const claim = readText(claimRef, 'name', MAX_NAME_CHARS)
      const claimNamespace = readText(claimRef, 'namespace', MAX_NAME_CHARS) || namespace
      if (claim === '') continue
      volumes.set(`${claimNamespace}/${claim}`, { namespace: claimNamespace, claim, stats: readFileSystem(item) })
    }
  }
  return { containers, volumes: [...volumes.values()] }
}

function parseJson(body: Buffer): JsonObject {
  let summary: unknown
  try {
    summary = JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw new ScrapeError('syntax', 'the answer is no JSON', { cause: error })
  }
  if (!isObject(summary) || !Array.isArray(summary.pods))
    throw new ScrapeError('syntax', 'the answer is no summary of pods')
  return summary
}

function readFileSystem(stats: JsonObject): FileSystemStats {
  return {
    usedBytes: readCount(stats, 'usedBytes'),
    capacityBytes: readCount(stats, 'capacityBytes'),
    availableBytes: readCount(stats, 'availableBytes'),
    inodes: readCount(stats, 'inodes'),
    inodesFree: readCount(stats, 'inodesFree'),
    inodesUsed: readCount(stats, 'inodesUsed'),
  }
}

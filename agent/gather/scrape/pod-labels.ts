import { parseDuration } from '#lib/duration.ts'
import { bracketHost } from '#lib/http/bracket-host.ts'
import type { PodMetadata } from '../../metadata/pod-metadata.ts'
import { workloadsOf } from '../../metadata/workload.ts'

const PREFIX = 'prometheus.io/'
const MAX_PORTS = 8
const MAX_CHARS = 1024
const LONGEST_INTERVAL_MS = 10 * 60_000

/** Whether an annotation is one of those that ask for scrapes. */
export function isAboutScraping(annotation: string): boolean {
  return annotation.startsWith(PREFIX)
}

/** Whether a pod asks to be scraped. */
export function wantsScrape(pod: PodMetadata): boolean {
  return pod.annotations.get(`${PREFIX}scrape`)?.trim().toLowerCase() === 'true'
}

/** Why a pod can't be scraped though it asks for it. */
export type PodRefusal = 'port' | 'path' | 'scheme' | 'address' | 'limit'

/** The ports that a pod names; each is a target. */
export function portsOf(pod: PodMetadata): readonly number[] | undefined {
  const texts = (pod.annotations.get(`${PREFIX}port`) ?? '').split(',').map((text) => text.trim())
  const ports = texts.map(Number)
  const areGood = texts.every((text) => /^\d{1,5}$/.test(text)) && ports.every((port) => port > 0 && port < 65_536)
  return areGood && ports.length <= MAX_PORTS ? [...new Set(ports)] : undefined
}

/** How often a pod wants to be scraped: rarer than others, within reason. */
export function intervalOf(pod: PodMetadata, usualMs: number): number {
  const asked = parseDuration(pod.annotations.get(`${PREFIX}interval`)?.trim() ?? '') ?? usualMs
  return Math.max(usualMs, Math.min(asked, LONGEST_INTERVAL_MS))
}

/**
 * What Prometheus' discovery would know of a port of a pod, and the labels that its series get: namespace, pod and node.
 *
 * @param jobLabels keys of labels of which the first becomes `job`
 */
export function discoverPod(
  pod: PodMetadata,
  port: number,
  jobLabels: readonly string[],
): Map<string, string> | PodRefusal {
  const annotation = (name: string) => pod.annotations.get(PREFIX + name)?.trim() ?? ''
  const { podIp } = pod
  if (podIp === undefined || !/^[\d.]+$|^[\da-fA-F:.]+$/.test(podIp)) return 'address'
  const scheme = annotation('scheme') || 'http'
  if (scheme !== 'http' && scheme !== 'https') return 'scheme'
  const path = annotation('path') || '/metrics'
  if (!path.startsWith('/') || path.length > MAX_CHARS) return 'path'
  const labels = new Map<string, string>()
  const meta = (name: string, value: string | undefined) => {
    if (value !== undefined) labels.set(`__meta_kubernetes_${name}`, value)
  }
  meta('namespace', pod.namespace)
  meta('pod_name', pod.name)
  meta('pod_ip', podIp)
  meta('pod_uid', pod.uid)
  meta('pod_node_name', pod.nodeName)
  meta('pod_controller_kind', pod.owner?.kind)
  meta('pod_controller_name', pod.owner?.name)
  for (const [key, value] of pod.labels) meta(`pod_label_${labelNameOf(key)}`, value)
  for (const [key, value] of pod.annotations) {
    meta(`pod_annotation_${labelNameOf(key)}`, value)
    if (!key.startsWith(`${PREFIX}param_`) || value.length > MAX_CHARS) continue
    labels.set(`__param_${key.slice(PREFIX.length + 'param_'.length)}`, value)
  }
  labels.set('__address__', `${bracketHost(podIp)}:${port}`)
  labels.set('__scheme__', scheme)
  labels.set('__metrics_path__', path)
  labels.set('job', jobOf(pod, jobLabels))
  labels.set('namespace', pod.namespace)
  labels.set('pod', pod.name)
  return labels
}

/** Whether all containers have ended and will not begin again soon: Kubernetes waits five minutes at the most. */
export function hasEnded(pod: PodMetadata, nowMs: number): boolean {
  const latest = pod.containers.map(({ runs }) => runs[0])
  if (latest.length === 0) return false
  return latest.every((run) => {
    const end = run?.termination
    if (end === undefined) return false
    return end.exitCode === 0 || (end.finishedAtMs !== undefined && nowMs - end.finishedAtMs > LONGEST_INTERVAL_MS)
  })
}

function jobOf(pod: PodMetadata, jobLabels: readonly string[]): string {
  for (const key of jobLabels) {
    const value = pod.labels.get(key)
    if (value !== undefined && value !== '') return value
  }
  return workloadsOf(pod).at(-1)?.name ?? pod.owner?.name ?? pod.name
}

function labelNameOf(key: string): string {
  return key.replaceAll(/\W/g, '_')
}

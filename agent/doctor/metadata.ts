import { existsSync } from 'node:fs'
import type { Clock } from '#lib/clock.ts'
import { CodedError } from '#lib/errors.ts'
import { tellEvents } from '#lib/events.ts'
import { systemFiles } from '#lib/files.ts'
import { type Finding, fail, ok, warn } from '#lib/finding.ts'
import type { AgentConfig } from '../config.ts'
import type { PodName } from '../discover/paths.ts'
import { createPodCache } from '../metadata/create-pod-cache.ts'
import { METADATA_EVENTS, type MetadataEvents } from '../metadata/events.ts'
import type { KnownPods } from '../metadata/known-pods.ts'
import type { System } from './system.ts'

const CHECK = 'metadata'
const LOOK_MS = 50
const LONGEST_WAIT_MS = 12_000

type Noted = ReadonlyMap<keyof typeof METADATA_EVENTS, Readonly<Record<string, unknown>>>

/** Whether whoever is to be asked for labels answers, and knows the pods whose logs are here. */
export async function checkMetadata(
  config: AgentConfig,
  present: readonly PodName[],
  clock: Clock,
  { env }: System,
): Promise<Finding> {
  const { metadata, node_name: nodeName } = config
  const { events, noted } = noteEvents()
  try {
    const pods = createPodCache(metadata, {
      ...{ clock, events, env, nodeName },
      files: systemFiles,
      exists: existsSync,
    })
    if (pods === undefined) return describeNobody(metadata.source, env)
    try {
      await pods.start()
      await untilAnswered(pods, noted, clock)
      return describeAnswer(config, pods, noted, present)
    } finally {
      await pods.stop()
    }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return fail(CHECK, error.message, error.cure)
  }
}

/** What the source of metadata has to say, the last of each kind. */
function noteEvents(): { readonly events: MetadataEvents; readonly noted: Noted } {
  const noted = new Map<keyof typeof METADATA_EVENTS, Readonly<Record<string, unknown>>>()
  const events = tellEvents(METADATA_EVENTS, (name, _labels, detail) => noted.set(name, detail))
  return { events, noted }
}

/** Starting waits for a moment only; a slow answer is an answer. */
async function untilAnswered(pods: KnownPods, noted: Noted, clock: Clock): Promise<void> {
  const endMs = clock.monotonicMs() + LONGEST_WAIT_MS
  while (pods.ageMs === undefined && !noted.has('metadataFailed') && clock.monotonicMs() < endMs) {
    await clock.sleep(LOOK_MS)
  }
}

function describeAnswer(config: AgentConfig, pods: KnownPods, noted: Noted, present: readonly PodName[]): Finding {
  const { source } = config.metadata
  const asked = source === 'api' ? 'the API server' : 'the kubelet'
  const failure = noted.get('metadataFailed')
  if (pods.ageMs === undefined) {
    const bad = source === 'auto' ? warn : fail
    const cure = typeof failure?.cure === 'string' ? failure.cure : 'Check the section metadata of the configuration.'
    return bad(CHECK, `${String(failure?.err ?? `no answer of ${asked}`)}; logs are shipped without labels`, cure)
  }
  const known = present.filter((pod) => pods.lookupInstance({ ...pod, container: '', restartCount: 0 }) !== undefined)
  const message = `${asked} answers with ${pods.podCount} pods, among them ${known.length} of ${present.length} that have logs here`
  if (present.length > 0 && known.length === 0) {
    return warn(
      CHECK,
      message,
      'Check that it is asked for the pods of this very node: metadata.kubelet.url or NODE_IP, node_name or NODE_NAME.',
    )
  }
  if (!noted.has('metadataUnverified')) return ok(CHECK, message)
  return warn(
    CHECK,
    `${message}; its certificate is not verified`,
    'Set metadata.kubelet.ca_file in place of insecure_skip_verify: whoever answers at the address gets the token.',
  )
}

function describeNobody(source: string, env: System['env']): Finding {
  if (source === 'none') return ok(CHECK, 'nobody is asked, as metadata.source says: no labels, workloads and images')
  const message =
    'nobody is asked: no token of a service account is mounted, so there are no labels, workloads and images'
  if (env.KUBERNETES_SERVICE_HOST === undefined) return ok(CHECK, message)
  return warn(
    CHECK,
    message,
    'Set automountServiceAccountToken: true in the pod, or metadata.source: none to do without.',
  )
}

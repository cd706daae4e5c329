import type { ContainerMetadata, ContainerRun, Termination } from './pod-metadata.ts'
import { isObject, type JsonObject, readCount, readList, readObject, readText } from './read-json.ts'

const LISTS = [
  ['initContainers', 'initContainerStatuses'],
  ['containers', 'containerStatuses'],
  ['ephemeralContainers', 'ephemeralContainerStatuses'],
] as const
const MAX_CONTAINERS = 256
const MAX_NAME_CHARS = 253
const MAX_IMAGE_CHARS = 1024
const MAX_ID_CHARS = 256
const MAX_REASON_CHARS = 256
const MAX_TIME_CHARS = 40

/** The containers of a pod: those of its spec, with what its status knows of them. */
export function parseContainers(spec: JsonObject, status: JsonObject): readonly ContainerMetadata[] {
  const containers: ContainerMetadata[] = []
  for (const [specs, statuses] of LISTS) {
    const states = byName(readList(status, statuses))
    for (const [name, container] of byName(readList(spec, specs))) {
      if (containers.length === MAX_CONTAINERS) return containers
      const state = states.get(name)
      containers.push({
        name,
        // A runtime may report another name of the same image, or its id.
        image: readText(container, 'image', MAX_IMAGE_CHARS) || textOf(state, 'image'),
        imageId: withoutScheme(textOf(state, 'imageID')),
        runs: state === undefined ? [] : parseRuns(state),
      })
    }
  }
  return containers
}

/**
 * The run that the status stands for and the one before. While a container waits for its next start, the status still
 * has the id of the run that ended, and the same one as its last state.
 */
function parseRuns(status: JsonObject): readonly ContainerRun[] {
  const restartCount = readCount(status, 'restartCount')
  if (restartCount === undefined) return []
  const lastState = readObject(status, 'lastState')
  const current = withoutScheme(textOf(status, 'containerID'))
  const last = withoutScheme(textOf(readObject(lastState, 'terminated'), 'containerID'))
  const runs: ContainerRun[] = []
  // While it waits, only its last state says how the run ended whose id the status still has.
  const state = last !== '' && last === current ? lastState : readObject(status, 'state')
  if (current !== '') runs.push({ restartCount, id: current, ...parseState(state) })
  if (last !== '' && last !== current && restartCount > 0) {
    runs.push({ restartCount: restartCount - 1, id: last, ...parseState(lastState) })
  }
  return runs
}

function parseState(state: JsonObject): Pick<ContainerRun, 'startedAtMs' | 'termination'> {
  const terminated = readObject(state, 'terminated')
  const startedAtMs = parseTime(readObject(state, 'running'), 'startedAt') ?? parseTime(terminated, 'startedAt')
  return { startedAtMs, termination: state.terminated === undefined ? undefined : parseTermination(terminated) }
}

function parseTermination(terminated: JsonObject): Termination {
  return {
    reason: readText(terminated, 'reason', MAX_REASON_CHARS),
    exitCode: readCount(terminated, 'exitCode'),
    finishedAtMs: parseTime(terminated, 'finishedAt'),
  }
}

/** Kubernetes writes null for a time that it does not know. */
function parseTime(parent: JsonObject, key: string): number | undefined {
  const ms = Date.parse(readText(parent, key, MAX_TIME_CHARS))
  return ms > 0 ? ms : undefined
}

function byName(list: readonly unknown[]): ReadonlyMap<string, JsonObject> {
  const named = new Map<string, JsonObject>()
  for (const item of list.slice(0, MAX_CONTAINERS)) {
    if (!isObject(item)) continue
    const name = readText(item, 'name', MAX_NAME_CHARS)
    if (name !== '') named.set(name, item)
  }
  return named
}

function textOf(parent: JsonObject | undefined, key: string): string {
  return parent === undefined ? '' : readText(parent, key, MAX_ID_CHARS + MAX_IMAGE_CHARS)
}

/** `containerd://0f3a…` and `docker-pullable://nginx@sha256:…` name their runtime. */
function withoutScheme(id: string): string {
  const end = id.indexOf('://')
  return end < 0 ? id : id.slice(end + 3)
}

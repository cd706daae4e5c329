/** The pod that a directory below the pods directory belongs to: `<namespace>_<name>_<uid>`. */
export interface PodName {
  readonly namespace: string
  readonly pod: string
  readonly uid: string
}

/** One run of one container: what a reader belongs to. */
export interface ContainerInstance extends PodName {
  readonly container: string
  readonly restartCount: number
}

/** Parses the name of a pod's directory. None of the three parts may contain `_`, so the split is exact. */
export function parsePodDirectory(name: string): PodName | undefined {
  const [namespace, pod, uid, ...rest] = name.split('_')
  if (!namespace || !pod || !uid || rest.length > 0) return undefined
  return { namespace, pod, uid }
}

/** A log file of a container directory. */
export interface LogFileName {
  readonly restartCount: number
  /** Whether the runtime writes to it: `N.log`, as against a rotated `N.log.<time>`. */
  readonly live: boolean
  /** Whether it is a rotated one that was compressed: `N.log.<time>.gz`. It holds what the plain one held before. */
  readonly compressed: boolean
}

/** Parses the name of a file in a container's directory. A file that is being compressed (`.tmp`) is not a log file. */
export function parseLogFile(name: string): LogFileName | undefined {
  const match = /^(\d{1,9})\.log(\..+)?$/.exec(name)
  if (match === null || name.endsWith('.tmp')) return undefined
  return { restartCount: Number(match[1]), live: match[2] === undefined, compressed: name.endsWith('.gz') }
}

/** The key under which a container instance is remembered: unique for the life of a pod. */
export function instanceKey({ uid, container, restartCount }: ContainerInstance): string {
  return `${uid}/${container}/${restartCount}`
}

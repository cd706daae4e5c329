import { Directory } from './directory.ts'
import type { PodName } from './paths.ts'

/** The directory of a container's logs. */
export class ContainerDirectory extends Directory {
  readonly pod: PodDirectory
  readonly name: string
  /** Directories that its log files are links into; Docker's are. */
  linked: readonly Directory[] = NONE

  constructor(pod: PodDirectory, name: string) {
    super(`${pod.path}/${name}`)
    this.pod = pod
    this.name = name
  }
}

/** The directory of a pod. */
export class PodDirectory extends Directory {
  readonly name: PodName
  /** Those that are read. */
  containers: readonly ContainerDirectory[] = NONE
  /** How many containers there are that are not read. */
  excluded = 0

  constructor(path: string, name: PodName) {
    super(path)
    this.name = name
  }

  /** Takes over which containers there are; returns those that are new and those that are gone. */
  replaceContainers(names: ReadonlySet<string>): {
    readonly added: readonly ContainerDirectory[]
    readonly removed: readonly ContainerDirectory[]
  } {
    const before = this.containers
    const known = new Set(before.map(({ name }) => name))
    const added = [...names].filter((name) => !known.has(name)).map((name) => new ContainerDirectory(this, name))
    const removed = before.filter(({ name }) => !names.has(name))
    if (added.length > 0 || removed.length > 0) {
      this.containers = before.filter(({ name }) => names.has(name)).concat(added)
    }
    return { added, removed }
  }
}

const NONE: readonly never[] = []

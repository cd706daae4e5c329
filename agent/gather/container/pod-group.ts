import type { PodMetadata } from '../../metadata/pod-metadata.ts'
import type { Group } from './group.ts'

/** A pod's group, and those of what runs in it. */
export class PodGroup {
  /** As its directory says. */
  readonly uid: string
  readonly group: Group
  /** By the names of their directories. */
  members: ReadonlyMap<string, Group> = new Map()
  /** What is known of it, which may change. */
  pod: PodMetadata | undefined

  constructor(uid: string, group: Group) {
    this.uid = uid
    this.group = group
  }
}

import { matchesPattern } from '#lib/match/name-pattern.ts'
import { type ContainerRule, isAbout } from '#lib/select/container-rule.ts'
import type { ContainerInstance } from './paths.ts'

/** A rule that may be about labels of the pod too: patterns of their values. */
export interface SelectionRule extends ContainerRule {
  readonly labels: Readonly<Record<string, string>>
}

export interface SelectionOptions {
  /** What is read; everything if there is none. */
  readonly include: readonly SelectionRule[]
  /** What is not read, even if it is included. */
  readonly exclude: readonly SelectionRule[]
  /** The pod that the agent runs in: reading its own log would make more of it. Empty if it is not known. */
  readonly ownPodUid: string
}

type Container = Omit<ContainerInstance, 'restartCount'>

/** Decides which containers are read: by names that stand in their path, and by labels once they are known. */
export class Selection {
  readonly #options: SelectionOptions

  constructor(options: SelectionOptions) {
    this.#options = options
  }

  /** Whether a container is read as far as its names tell: labels that a rule asks for may be there or not. */
  takes(container: Container): boolean {
    const { include, exclude, ownPodUid } = this.#options
    if (container.uid === ownPodUid) return false
    const isMeant = (rule: SelectionRule) => isAbout(rule, container)
    const isExcluded = exclude.some((rule) => isMeant(rule) && Object.keys(rule.labels).length === 0)
    return (include.length === 0 || include.some(isMeant)) && !isExcluded
  }

  /** Whether a container of a pod with these labels is read. */
  takesLabelled(container: Container, labels: ReadonlyMap<string, string>): boolean {
    const { include, exclude, ownPodUid } = this.#options
    if (container.uid === ownPodUid) return false
    const isMeant = (rule: SelectionRule) => isAbout(rule, container) && hasLabels(rule, labels)
    return (include.length === 0 || include.some(isMeant)) && !exclude.some(isMeant)
  }
}

function hasLabels(rule: SelectionRule, labels: ReadonlyMap<string, string>): boolean {
  return Object.entries(rule.labels).every(([key, pattern]) => {
    const value = labels.get(key)
    return value !== undefined && matchesPattern(value, pattern)
  })
}

import { matchesPattern } from './name-pattern.ts'
import type { ContainerInstance } from './paths.ts'

/** Which containers a rule is about; each part is a pattern in which `*` stands for any text. */
export interface ContainerRule {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

export interface SelectionOptions {
  /** What is read; everything if there is none. */
  readonly include: readonly ContainerRule[]
  /** What is not read, even if it is included. */
  readonly exclude: readonly ContainerRule[]
  /** The pod that the agent runs in: reading its own log would make more of it. Empty if it is not known. */
  readonly ownPodUid: string
}

/** Decides which containers are read, by names that stand in their path. */
export class Selection {
  readonly #options: SelectionOptions

  constructor(options: SelectionOptions) {
    this.#options = options
  }

  takes(container: Omit<ContainerInstance, 'restartCount'>): boolean {
    const { include, exclude, ownPodUid } = this.#options
    if (container.uid === ownPodUid) return false
    const isMeant = (rule: ContainerRule) => isAbout(rule, container)
    return (include.length === 0 || include.some(isMeant)) && !exclude.some(isMeant)
  }
}

/** Whether a rule is met. */
export function isAbout(
  rule: ContainerRule,
  { namespace, pod, container }: Omit<ContainerInstance, 'restartCount'>,
): boolean {
  return (
    matchesPattern(namespace, rule.namespace) &&
    matchesPattern(pod, rule.pod) &&
    matchesPattern(container, rule.container)
  )
}

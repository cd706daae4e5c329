import { list, section, text } from '../config/schema.ts'
import { matchesPattern } from '../match/name-pattern.ts'

/** Which containers a rule is about; each part is a pattern in which `*` stands for any text. */
export interface ContainerRule {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

/** Whether a rule is met. */
export function isAbout(rule: ContainerRule, { namespace, pod, container }: ContainerRule): boolean {
  return (
    matchesPattern(namespace, rule.namespace) &&
    matchesPattern(pod, rule.pod) &&
    matchesPattern(container, rule.container)
  )
}

const namePattern = (what: string) =>
  text({ description: `Name of the ${what}; \`*\` stands for any text, \`?\` for one character.`, default: '*' })

/** The keys of a section that is about containers by name. */
export const containerNames = () => ({
  namespace: namePattern('namespace'),
  pod: namePattern('pod'),
  container: namePattern('container'),
})

/** Containers by name, for a section that is about some of them. */
export const containerRules = (description: string) =>
  list(section('Containers by name. A rule is met if all of its parts are.', containerNames()), {
    description,
    default: [],
  })

import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { choice, mapping, optional, text } from '#lib/config/schema.ts'
import { compilePattern } from '#lib/match/pattern.ts'
import { SEVERITIES, type SeverityName } from '#lib/parse/severity-names.ts'
import { type ContainerRule, containerRules } from '#lib/select/container-rule.ts'

const STREAMS = ['stdout', 'stderr'] as const

/** What a record must have; it must have all that is named. */
export interface ConditionSpec {
  readonly containers: readonly ContainerRule[]
  readonly resource: Readonly<Record<string, string>>
  readonly attributes: Readonly<Record<string, string>>
  readonly min_severity?: SeverityName
  readonly max_severity?: SeverityName
  readonly stream?: (typeof STREAMS)[number]
  readonly contains?: string
  readonly matches?: string
}

/** The keys of a section that is about some records. */
export function conditionKeys() {
  const pattern = text({
    description: 'Pattern of the value: `*` stands for any text, `?` for one character.',
    minLength: 1,
  })
  const severity = (description: string) => optional(choice(SEVERITIES, { description }))
  return {
    containers: containerRules('Containers whose records it is about; all if none is named.'),
    resource: mapping(pattern, {
      description: 'Attributes that the resource must have; a label of the pod is `k8s.pod.label.<name>`.',
      default: {},
    }),
    attributes: mapping(pattern, { description: 'Attributes that the record itself must have.', default: {} }),
    min_severity: severity('Records of this severity or a higher one; none without a severity.'),
    max_severity: severity('Records of this severity or a lower one; none without a severity.'),
    stream: optional(choice(STREAMS, { description: 'Records of one stream.' })),
    contains: optional(text({ description: 'Records whose text has this in it, in this case.', minLength: 1 })),
    matches: optional(
      text({ description: 'Records in whose text, in its first 64 KiB, this RE2 pattern is found.', minLength: 1 }),
    ),
  }
}

/** Whether every record meets it. */
export function isAboutAll(spec: ConditionSpec): boolean {
  const { containers, resource, attributes, min_severity: min, max_severity: max, stream, contains, matches } = spec
  const isAbsent = [min, max, stream, contains, matches].every((condition) => condition === undefined)
  const maps = [resource, attributes]
  return isAbsent && containers.length === 0 && maps.every((map) => Object.keys(map).length === 0)
}

/** Checks what the schema does not say. */
export function checkCondition(spec: ConditionSpec, path: Path, report: Report): void {
  const { min_severity: min, max_severity: max, matches } = spec
  if (min !== undefined && max !== undefined && SEVERITIES.indexOf(min) > SEVERITIES.indexOf(max)) {
    report([...path, 'min_severity'], `no severity is at least ${min} and at most ${max}`)
  }
  if (matches === undefined) return
  const compiled = compilePattern(matches)
  if (!compiled.ok) report([...path, 'matches'], `matches: ${compiled.problem}`)
}

import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { boolean, choice, duration, integer, list, optional, type Static, section, text } from '#lib/config/schema.ts'
import { containerRules } from '#lib/select/container-rule.ts'
import { createPatternRule, type PatternSpec } from './pattern-rule.ts'

/** Names that are no pattern's. */
const MODES = ['auto', 'off'] as const

/** The part of the agent's configuration that is about lines which become one record. */
export function multilineSection() {
  const pattern = (description: string) =>
    optional(text({ description: `${description} RE2, looked for in the first 4 KiB of a line.`, minLength: 1 }))
  return section('Joining lines to one record.', {
    mode: choice(MODES, {
      description:
        '`auto` knows the stack traces of Java, Python, Go, Node.js, Ruby, .NET, PHP and Rust by their grammar; `off` leaves every line alone.',
      default: 'auto',
    }),
    max_lines: integer({
      description: 'Most lines of one record; the next one begins a new record.',
      default: 1_000,
      minimum: 2,
    }),
    flush_after: duration({
      description: 'How long more lines of a record are waited for once there is nothing more to read.',
      default: '1s',
    }),
    patterns: list(
      section(
        'How the lines of some containers are joined. One of start, continue and end is needed, or two of them.',
        {
          name: text({
            description: 'What the annotation `vedette.dev/multiline` of a pod calls it.',
            pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
          }),
          start: pattern(
            'A line that matches begins a record. Without the other two all lines that do not match go on with it.',
          ),
          continue: pattern('A line that matches goes on with the record before it; one that does not ends it.'),
          end: pattern('A line that matches is the last of its record.'),
          negate: boolean({
            description: 'With one pattern only: a line matches if the pattern is not found in it.',
            default: false,
          }),
          max_lines: optional(integer({ description: 'In place of that of all records.', minimum: 2 })),
          flush_after: optional(duration({ description: 'In place of that of all records.' })),
          containers: containerRules(
            'Containers whose lines are joined like this; the first pattern that is about a container counts. None: only those whose pods ask for it.',
          ),
        },
      ),
      { description: 'Patterns of lines that are no stack traces.', default: [] },
    ),
  })
}

export type MultilineConfig = Static<ReturnType<typeof multilineSection>>

/** Reports patterns that RE2 does not take, that are too large, and names that are taken. */
export function checkMultiline({ patterns, ...limits }: MultilineConfig, path: Path, report: Report): void {
  const names = new Set<string>(MODES)
  for (const [index, pattern] of patterns.entries()) {
    const here = [...path, 'patterns', index]
    if (names.has(pattern.name)) report([...here, 'name'], `there is another "${pattern.name}"`)
    names.add(pattern.name)
    const result = createPatternRule(patternSpecOf(pattern, limits))
    if (result.ok) continue
    const { problem, key } = result
    if (key === undefined) report(here, problem)
    else report([...here, key], `${key} ${problem.startsWith('error') ? `is no pattern of RE2: ${problem}` : problem}`)
  }
}

/** What a pattern of the configuration asks for. */
export function patternSpecOf(
  pattern: MultilineConfig['patterns'][number],
  { max_lines, flush_after }: Pick<MultilineConfig, 'max_lines' | 'flush_after'>,
): PatternSpec {
  return {
    start: pattern.start,
    continue: pattern.continue,
    end: pattern.end,
    negate: pattern.negate,
    maxLines: pattern.max_lines ?? max_lines,
    flushAfterMs: pattern.flush_after ?? flush_after,
  }
}

import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { choice, duration, integer, list, optional, type Static, section, size } from '#lib/config/schema.ts'
import { containerRules } from '#lib/select/container-rule.ts'
import { RATE_POLICIES } from '../handling/rate-limit.ts'

const records = () => optional(integer({ description: 'Most records in a second.', minimum: 1 }))
const bytes = () => optional(size({ description: 'Most bytes of bodies in a second.', minimum: 1 }))
const ONE_IN = { minimum: 2, maximum: 1_000_000 }

/** The part of the agent's configuration that says how much a container may ship. */
export function rateLimitSection() {
  return section(
    "How much each container may ship. Without a rate there is no limit; with both, both hold. A pod's annotation `vedette.dev/rate-limit` goes before. What rules drop does not count.",
    {
      records_per_second: records(),
      bytes_per_second: bytes(),
      burst: duration({
        description: 'A container that was quiet may ship at once what its rates allow in so long a time.',
        default: '10s',
      }),
      policy: choice(RATE_POLICIES, {
        description:
          "What happens beyond the limit. `delay`: the container's log is read later, which loses nothing as long as the agent runs: files that are deleted meanwhile are held open and read at once. `drop`: records are dropped. `sample`: one of `one_in` is kept, the rest is dropped. Which records are beyond the limit depends on when they are read: if they are read again after a crash it may be others, none of them twice.",
        default: 'delay',
      }),
      one_in: integer({
        description: 'For `sample`: of so many records beyond the limit one is kept.',
        default: 10,
        ...ONE_IN,
      }),
      overrides: list(
        section('Other limits for some containers. Without a rate they have none.', {
          containers: containerRules('Which containers; the first entry that is about a container counts.'),
          records_per_second: records(),
          bytes_per_second: bytes(),
          burst: optional(duration({ description: 'In place of that of all containers.' })),
          policy: optional(choice(RATE_POLICIES, { description: 'In place of that of all containers.' })),
          one_in: optional(integer({ description: 'In place of that of all containers.', ...ONE_IN })),
        }),
        { description: 'Containers with limits of their own.', default: [] },
      ),
    },
  )
}

export type RateLimitConfig = Static<ReturnType<typeof rateLimitSection>>

/** Checks what the schema does not say. */
export function checkRateLimit({ overrides }: RateLimitConfig, path: Path, report: Report): void {
  for (const [index, { containers }] of overrides.entries()) {
    if (containers.length === 0)
      report([...path, 'overrides', index], 'containers is needed: which containers it is about')
  }
}

import { boolean, duration, integer, optional, type Static, section, size } from '#lib/config/schema.ts'

/** The part of the collector's configuration that is about metrics which jobs push. */
export function pushSection() {
  return section(
    "Metrics that short-lived jobs push, in Pushgateway's way: `/metrics/job/<name>{/<label>/<value>}` at the web address. They stay until they are deleted, or their time is over.",
    {
      enabled: boolean({ description: 'Whether pushes are taken.', default: true }),
      admin_api: boolean({
        description: 'Whether `PUT /api/v1/admin/wipe` deletes all groups.',
        default: false,
      }),
      ttl: optional(
        duration({
          description:
            'How long a group stays after its last push, unless the push says so itself (`?ttl=1h`, or `?ttl=0` for ever). By default for ever.',
        }),
      ),
      max_groups: integer({
        description: 'Most groups; pushes that would make another one are refused.',
        default: 10_000,
        minimum: 1,
        maximum: 1_000_000,
      }),
      max_series_per_group: integer({
        description: 'Most series of a group, buckets and the like each counted.',
        default: 20_000,
        minimum: 1,
        maximum: 1_000_000,
      }),
      max_series: integer({
        description: 'Most series of all groups. They count among those of the table of series too.',
        default: 100_000,
        minimum: 1,
        maximum: 10_000_000,
      }),
      max_request_bytes: size({
        description: 'Largest push, before and after decompression.',
        default: '16MiB',
        minimum: 1024,
        maximum: 128 * 1024 ** 2,
      }),
      max_bytes: size({
        description: 'Most bytes of all groups, as they are on disk.',
        default: '128MiB',
        minimum: 1024,
      }),
    },
  )
}

export type PushConfig = Static<ReturnType<typeof pushSection>>

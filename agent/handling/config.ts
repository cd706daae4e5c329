import { choice, list, section } from '#lib/config/schema.ts'

/** Whose annotations are understood. */
export const VENDORS = ['vedette.dev', 'fluentbit.io', 'vector.dev', 'co.elastic.logs'] as const
export type Vendor = (typeof VENDORS)[number]

/** Where the time of records is from. */
export const TIME_SOURCES = ['runtime', 'body'] as const
export type TimeSource = (typeof TIME_SOURCES)[number]

/** What an annotation can set. */
export const SETTINGS = ['exclude', 'parser', 'multiline', 'time', 'rate-limit'] as const
export type Setting = (typeof SETTINGS)[number]

/** The part of the agent's configuration that is about what pods say of their own logs. */
export function annotationsSection() {
  return section('What the annotations of a pod may say of how its logs are handled.', {
    accept: list(choice(VENDORS, { description: 'Whose annotations are followed.' }), {
      description:
        'Whose annotations are followed; the first one counts that sets something. None: pods have no say. `vector.dev` is a label too.',
      default: [...VENDORS],
    }),
    settings: list(choice(SETTINGS, { description: 'What they can set.' }), {
      description: 'What they can set. Without `exclude`, for instance, no pod can keep its logs from being shipped.',
      default: [...SETTINGS],
    }),
  })
}

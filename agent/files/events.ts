import type { EventTable } from '#lib/events.ts'

/** What happens while files are looked for. */
export const FILES_EVENTS = {
  globLimited: {
    metric: 'glob_limits_total',
    help: 'Listings of directories in which more files, directories or levels match than are read.',
    level: 'error',
    message:
      'more matches the patterns of `files` than is read; what is beyond is left out. Make the patterns narrower',
  },
  resourceInvalid: {
    metric: 'resource_variables_invalid_total',
    help: 'Starts with an environment variable for resource attributes that could not be read.',
    level: 'error',
    message: 'an environment variable for resource attributes cannot be read and is left out',
  },
} as const satisfies EventTable

import { LOG_FORMATS, LOG_LEVELS } from '../log.ts'
import { choice, duration, listenAddress, section } from './schema.ts'

/** Sections that every service has, so that they are the same everywhere. */
export function logSection() {
  return section('What the service writes to standard error.', {
    level: choice(LOG_LEVELS, { description: 'Least severe level that is written.', default: 'info' }),
    format: choice(LOG_FORMATS, { description: 'One line per event, as logfmt or JSON.', default: 'logfmt' }),
  })
}

export function webSection(defaultAddress: string, serves: string) {
  return section('The HTTP server of the service itself.', {
    listen_address: listenAddress({ description: `Address that serves ${serves}.`, default: defaultAddress }),
  })
}

export function shutdownSection(defaultTimeout: string) {
  return section('How the service stops.', {
    drain_timeout: duration({
      description: 'Time for delivering what is in flight after SIGTERM. Keep it below the termination grace period.',
      default: defaultTimeout,
    }),
  })
}

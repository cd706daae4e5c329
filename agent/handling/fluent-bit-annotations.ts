import { type AnnotationContext, type ParserName, quoteValue, type Wishes } from './wishes.ts'

const PREFIX = 'fluentbit.io/'
const FORM = /^(parser|exclude)(?:_(stdout|stderr))?(?:-(.+))?$/

/** Ours for those of its parsers that come with it. Others are of its configuration, which is not at hand. */
const PARSERS: Readonly<Record<string, ParserName>> = {
  json: 'json',
  docker: 'json',
  docker_no_time: 'json',
  logfmt: 'logfmt',
  apache: 'access',
  apache2: 'access',
  nginx: 'access',
  'k8s-nginx-ingress': 'access',
  apache_error: 'plain',
  'syslog-rfc5424': 'plain',
  'syslog-rfc3164': 'plain',
  'syslog-rfc3164-local': 'plain',
  klog: 'klog',
  glog: 'klog',
}

interface Found {
  readonly key: string
  readonly value: string
  readonly what: 'parser' | 'exclude'
  readonly streams: readonly (0 | 1)[]
  readonly isOfContainer: boolean
}

/**
 * Fluent Bit's `fluentbit.io/parser` and `fluentbit.io/exclude`, each with `_stdout` or `_stderr` for one stream and
 * `-<container>` for one container, which goes before, whatever the stream.
 */
export function readFluentBitAnnotations(context: AnnotationContext, wishes: Wishes): void {
  const { allows, refuse } = context
  const found = findAnnotations(context)
  for (const { key, value, what, streams } of found.toSorted(byContainerFirst)) {
    if (!allows(what)) {
      refuse(key, 'the configuration of the agent does not allow it (annotations.settings)')
    } else if (what === 'exclude') {
      // It takes anything else for a no.
      const isExcluded = /^(?:true|on|yes)$/i.test(value)
      for (const stream of streams) wishes.exclude[stream] ??= isExcluded
    } else {
      const name = Object.hasOwn(PARSERS, value) ? PARSERS[value] : undefined
      if (name === undefined) refuse(key, `there is nothing like its parser ${quoteValue(value)}`)
      for (const stream of streams) wishes.parser[stream] ??= name
    }
  }
}

function byContainerFirst(a: Found, b: Found): number {
  return Number(b.isOfContainer) - Number(a.isOfContainer)
}

function findAnnotations({ pod, container, refuse }: AnnotationContext): readonly Found[] {
  const found: Found[] = []
  for (const [key, value] of pod.annotations) {
    if (!key.startsWith(PREFIX)) continue
    const match = FORM.exec(key.slice(PREFIX.length))
    if (match === null) {
      refuse(key, 'Fluent Bit has parser and exclude, with _stdout or _stderr and -<container>')
      continue
    }
    const [, what, stream, suffix] = match
    if (suffix !== undefined && suffix !== container) continue
    const streams = stream === undefined ? ([0, 1] as const) : stream === 'stdout' ? ([0] as const) : ([1] as const)
    found.push({ key, value, what: what as Found['what'], streams, isOfContainer: suffix !== undefined })
  }
  return found
}

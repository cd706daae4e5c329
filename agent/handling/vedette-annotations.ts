import { CONTENT_FORMATS } from '../parse/detect.ts'
import { SETTINGS, type Setting, TIME_SOURCES } from './config.ts'
import { parseRateLimit } from './rate-limit.ts'
import { type AnnotationContext, type ParserName, quoteValue, type Wishes } from './wishes.ts'

const PREFIX = 'vedette.dev/'
const PARSERS: readonly ParserName[] = [...CONTENT_FORMATS, 'off']

/**
 * Our own annotations, `vedette.dev/<setting>` for all containers of the pod and `vedette.dev/<setting>.<container>` for
 * one of them, which goes before.
 */
export function readVedetteAnnotations(context: AnnotationContext, wishes: Wishes): void {
  const { pod, container, allows, refuse } = context
  const ofContainer: [Setting, string, string][] = []
  const ofPod: [Setting, string, string][] = []
  for (const [key, value] of pod.annotations) {
    if (!key.startsWith(PREFIX)) continue
    const [name, ...rest] = key.slice(PREFIX.length).split('.')
    const suffix = rest.join('.')
    const setting = SETTINGS.find((known) => known === name)
    if (setting === undefined) {
      refuse(key, `there is ${SETTINGS.join(', ')}`)
    } else if (!allows(setting)) {
      refuse(key, 'the configuration of the agent does not allow it (annotations.settings)')
    } else if (suffix !== '' && pod.containers.every((other) => other.name !== suffix)) {
      refuse(key, `the pod has no container ${quoteValue(suffix)}`)
    } else if (suffix === container) {
      ofContainer.push([setting, key, value])
    } else if (suffix === '') {
      ofPod.push([setting, key, value])
    }
  }
  for (const [setting, key, value] of [...ofContainer, ...ofPod]) {
    const problem = READERS[setting](value.trim(), wishes, context)
    if (problem !== undefined) refuse(key, problem)
  }
}

/** Each takes a value into the wishes, unless there is one, and says what is wrong with it. */
const READERS: Record<Setting, (value: string, wishes: Wishes, context: AnnotationContext) => string | undefined> = {
  exclude(value, { exclude }) {
    if (value !== 'true' && value !== 'false') return `${quoteValue(value)} is neither true nor false`
    for (const stream of [0, 1] as const) exclude[stream] ??= value === 'true'
    return undefined
  },
  parser(value, { parser }) {
    const name = PARSERS.find((known) => known === value)
    if (name === undefined) return `${quoteValue(value)} is none of ${PARSERS.join(', ')}`
    for (const stream of [0, 1] as const) parser[stream] ??= name
    return undefined
  },
  multiline(value, wishes, { rules }) {
    const rule = rules.named(value)
    if (rule === undefined) {
      return `${quoteValue(value)} is neither auto nor off nor the name of one of logs.multiline.patterns`
    }
    wishes.multiline ??= rule
    return undefined
  },
  time(value, wishes) {
    const source = TIME_SOURCES.find((known) => known === value)
    if (source === undefined) return `${quoteValue(value)} is neither runtime nor body`
    wishes.time ??= source
    return undefined
  },
  'rate-limit'(value, wishes) {
    const limit = parseRateLimit(value)
    if (limit === undefined) return `${quoteValue(value)} is no rate; write for example 1000/s, or 1MiB/s drop`
    wishes.rateLimit ??= limit
    return undefined
  },
}

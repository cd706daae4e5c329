import { NOTIFIED, OUTCOMES, type Outcome } from '../journal/entry.ts'
import type { Search } from '../journal/search.ts'
import { parseMoment } from '../moment.ts'
import type { Pipeline } from '../pipeline.ts'
import { type Query, readMatchers, valuesOf } from './query.ts'

type SearchResult = { readonly ok: true; readonly search: Search } | { readonly ok: false; readonly problem: string }

const DEFAULT_COUNT = 100
const MAX_COUNT = 1_000
export const FINGERPRINT = /^[0-9a-f]{16}$/

/** What a query of the notification log asks for; without an outcome, for notifications that were sent or should have been. */
export function readNotificationSearch(query: Query, config: Pick<Pipeline['config'], 'matcherMode'>): SearchResult {
  const matchers = readMatchers(query, 'filter', config)
  if (!matchers.ok) return matchers
  const text = (name: string) => valuesOf(query, name).at(-1) || undefined
  const fingerprint = text('fingerprint')
  if (fingerprint !== undefined && !FINGERPRINT.test(fingerprint)) {
    return refuse('fingerprint', fingerprint, 'it has 16 hexadecimal digits, in lower case')
  }
  const outcomes = valuesOf(query, 'outcome').flatMap((value) => value.split(','))
  const unknown = outcomes.find((outcome) => outcome !== 'all' && !isOutcome(outcome))
  if (unknown !== undefined) return refuse('outcome', unknown, `known are all, ${OUTCOMES.join(', ')}`)
  const times = [text('since'), text('until')].map((time) => (time === undefined ? undefined : parseMoment(time)?.ms))
  for (const [index, name] of ['since', 'until'].entries()) {
    const given = text(name)
    if (given !== undefined && times[index] === undefined) return refuse(name, given, 'write a time as in RFC 3339')
  }
  const count = readCount(text('limit'), DEFAULT_COUNT, MAX_COUNT)
  if (count === undefined) return refuse('limit', text('limit')!, `write a number from 1 to ${MAX_COUNT}`)
  const cursor = text('cursor')
  if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) {
    return refuse('cursor', cursor, 'it is what an answer has as its next')
  }
  return {
    ok: true,
    search: {
      ...{ matchers: matchers.matchers, count, fingerprint },
      ...{ receiver: text('receiver'), integration: text('integration'), groupKey: text('group_key') },
      ...{ sinceMs: times[0], untilMs: times[1] },
      before: cursor === undefined ? undefined : Number(cursor),
      outcomes: outcomes.includes('all') ? undefined : outcomes.length === 0 ? NOTIFIED : outcomes.filter(isOutcome),
    },
  }
}

function isOutcome(text: string): text is Outcome {
  return (OUTCOMES as readonly string[]).includes(text)
}

/** How many are asked for; undefined for what is no such number. */
export function readCount(text: string | undefined, usual: number, most: number): number | undefined {
  if (text === undefined) return usual
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0
  return count >= 1 && count <= most ? count : undefined
}

function refuse(name: string, value: string, how: string): SearchResult {
  return { ok: false, problem: `bad ${name} ${JSON.stringify(value.slice(0, 100))}: ${how}` }
}

import { parseDuration } from '#lib/duration.ts'
import type { PostedMatcher } from '../silence/rules.ts'
import { BodyReader, type Decoded, decodeBody, quoteShort } from './body.ts'
import { completeMatchers, readMatchers } from './postable-matchers.ts'

/** An acknowledgement as somebody wants it. */
export interface PostedAcknowledgement {
  readonly owner: string
  readonly comment: string
  /** Which alerts: those that match all of these, or those named by fingerprint. */
  readonly alerts:
    | { readonly by: 'matchers'; readonly matchers: readonly PostedMatcher[] }
    | { readonly by: 'fingerprints'; readonly fingerprints: readonly string[] }
  readonly endsAtMs: number
}

const reader = new BodyReader('acknowledgement')
/** Longest texts, in characters. */
const MAX_OWNER = 200
const MAX_COMMENT = 4_000
const MAX_MATCHERS = 100
const MAX_MATCHER = 4_000
const MAX_FINGERPRINTS = 10_000
const FINGERPRINT = /^[0-9a-f]{16}$/

/** Reads the body of POST /acknowledgements; refuses it in the manner of upstream's generated server. */
export function decodePostableAcknowledgement(body: Buffer, nowMs: number): Decoded<PostedAcknowledgement> {
  return decodeBody(() => readAcknowledgement(reader.object(reader.parse(body) ?? {}, 'an acknowledgement'), nowMs))
}

function readAcknowledgement(posted: Readonly<Record<string, unknown>>, nowMs: number): PostedAcknowledgement {
  const comment = reader.text(posted.comment, 'comment') ?? ''
  const duration = reader.text(posted.duration, 'duration')
  const endsAt = reader.time(posted.endsAt, 'endsAt')
  const matchers = readMatchers(reader, posted.matchers)
  const owner = reader.text(posted.owner, 'owner')?.trim()
  const fingerprints = readFingerprints(posted.fingerprints)

  if (owner === undefined || owner === '') throw reader.missing('owner')
  if (owner.length > MAX_OWNER) throw tooLong('owner', MAX_OWNER)
  if (comment.length > MAX_COMMENT) throw tooLong('comment', MAX_COMMENT)
  if ((duration === undefined) === (endsAt === undefined)) throw exactlyOne('endsAt', 'duration')
  if ((matchers === undefined) === (fingerprints === undefined)) throw exactlyOne('matchers', 'fingerprints')
  return {
    ...{ owner, comment },
    alerts: fingerprints === undefined ? { by: 'matchers', matchers: bounded(matchers) } : named(fingerprints),
    endsAtMs: endsAt?.ms ?? nowMs + readDuration(duration!),
  }
}

function readFingerprints(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) throw reader.wrongType(value, 'fingerprints')
  if (value.length > MAX_FINGERPRINTS) throw tooMany('fingerprints', MAX_FINGERPRINTS)
  return value.map((item: unknown, index) => {
    const text = reader.text(item, `fingerprints.${index}`) ?? ''
    if (FINGERPRINT.test(text)) return text
    throw reader.against(605, `fingerprints.${index} in body should be 16 hex digits, not ${quoteShort(text)}`)
  })
}

function named(fingerprints: readonly string[]): PostedAcknowledgement['alerts'] {
  if (fingerprints.length === 0) throw reader.against(612, 'fingerprints in body should have at least 1 items')
  return { by: 'fingerprints', fingerprints }
}

function bounded(matchers: Parameters<typeof completeMatchers>[1]): readonly PostedMatcher[] {
  if (matchers !== undefined && matchers.length > MAX_MATCHERS) throw tooMany('matchers', MAX_MATCHERS)
  const complete = completeMatchers(reader, matchers)
  const long = complete.findIndex(({ name, value }) => name.length + value.length > MAX_MATCHER)
  if (long >= 0) throw tooLong(`matchers.${long}`, MAX_MATCHER)
  return complete
}

function readDuration(text: string): number {
  const durationMs = parseDuration(text)
  if (durationMs === undefined || durationMs === 0) {
    throw reader.against(601, `duration in body must be a duration such as 2h: ${quoteShort(text)}`)
  }
  return durationMs
}

function exactlyOne(a: string, b: string) {
  return reader.against(602, `exactly one of ${a} and ${b} in body is required`)
}

function tooLong(where: string, limit: number) {
  return reader.against(603, `${where} in body should be at most ${limit} chars long`)
}

function tooMany(where: string, limit: number) {
  return reader.against(611, `${where} in body should have at most ${limit} items`)
}

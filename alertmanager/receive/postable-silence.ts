import { LabelSet } from '#lib/labels.ts'
import { isZero } from '../moment.ts'
import type { PostedMatcher, PostedSilence } from '../silence/rules.ts'
import { BodyReader, type Decoded, decodeBody } from './body.ts'
import type { GoType } from './go-json.ts'
import { completeMatchers, MATCHERS, readMatchers } from './postable-matchers.ts'

const reader = new BodyReader('silence')
const SILENCE: GoType = {
  struct: {
    ...{ annotations: 'map', comment: 'pointer', createdBy: 'pointer', endsAt: 'pointer', id: 'value' },
    ...{ matchers: MATCHERS, startsAt: 'pointer' },
  },
}
/** Largest silence that is taken: thousands of matchers. */
const MAX_BYTES = 1_048_576

/** Reads the body of POST /silences; refuses it in the words of upstream's generated server. */
export function decodePostableSilence(body: Buffer): Decoded<PostedSilence> {
  return decodeBody(() => {
    return readSilence(parse(body))
  })
}

/** Reads of such a body the matchers only. */
export function decodePostedMatchers(body: Buffer): Decoded<readonly PostedMatcher[]> {
  return decodeBody(() => completeMatchers(reader, readMatchers(reader, parse(body).matchers)))
}

function parse(body: Buffer): Readonly<Record<string, unknown>> {
  if (body.length > MAX_BYTES) throw reader.tooLarge(`a silence of more than ${MAX_BYTES} bytes`)
  return reader.object(reader.parse(body, SILENCE) ?? {}, 'a silence')
}

/** Types are checked before what is missing, as decoding comes before validation. */
function readSilence(silence: Readonly<Record<string, unknown>>): PostedSilence {
  const annotations = reader.texts(silence.annotations, 'annotations')
  const comment = reader.text(silence.comment, 'comment')
  const createdBy = reader.text(silence.createdBy, 'createdBy')
  const endsAt = reader.time(silence.endsAt, 'endsAt')
  const id = reader.text(silence.id, 'id')
  const matchers = readMatchers(reader, silence.matchers)
  const startsAt = reader.time(silence.startsAt, 'startsAt')
  if (comment === undefined) throw reader.missing('comment')
  if (createdBy === undefined) throw reader.missing('createdBy')
  if (endsAt === undefined) throw reader.missing('endsAt')
  const complete = completeMatchers(reader, matchers)
  if (startsAt === undefined) throw reader.missing('startsAt')
  return {
    id: id === '' ? undefined : id,
    matchers: complete,
    startsAtMs: isZero(startsAt) ? undefined : startsAt.ms,
    endsAtMs: endsAt.ms,
    createdBy,
    comment,
    annotations: LabelSet.from(annotations ?? {}),
  }
}

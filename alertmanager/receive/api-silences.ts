import type { Clock } from '#lib/clock.ts'
import type { MatcherMode } from '#lib/matcher-syntax.ts'
import { Matcher } from '#lib/matchers.ts'
import { encodeJson, type Json } from '../json.ts'
import { formatMilli, momentOf } from '../moment.ts'
import type { Silence, SilenceState } from '../silence/silence.ts'
import type { Silences } from '../silence/silences.ts'
import type { Endpoint } from './api.ts'
import { gettableMatcher } from './gettable-matcher.ts'
import { jsonList } from './json-list.ts'
import { decodePostableSilence } from './postable-silence.ts'
import { readSilenceFilter } from './query.ts'
import { type ApiResponse, json, malformed, NO_BODY, refuse } from './response.ts'
import { whenSafe } from './when-safe.ts'

export interface SilencesApiDeps {
  readonly silences: Silences
  readonly clock: Clock
  readonly matcherMode: MatcherMode
  readonly observeQuery: (seconds: number) => void
}

const NOT_FOUND: ApiResponse = { status: 404, body: '' }
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

/** `/silences` and `/silence/{id}`. A change is on disk before it is answered. */
export function silenceEndpoints({ silences, clock, matcherMode, observeQuery }: SilencesApiDeps): readonly Endpoint[] {
  return [
    {
      path: '/silences',
      methods: {
        GET({ query }) {
          const read = readSilenceFilter(query, { matcherMode })
          if (!read.ok) return refuse(400, read.problem)
          const write = (silence: Silence) => {
            const state = silences.stateOf(silence)
            const wanted = read.states[state] && hasAll(silence, read.matchers)
            return wanted ? encodeJson(gettableSilence(silence, state)).trimEnd() : ''
          }
          return jsonList(silences.sorted(), write, (busyMs) => observeQuery(busyMs / 1_000))
        },
        async POST({ body }) {
          const decoded = decodePostableSilence(body)
          if (!decoded.ok) return decoded.response
          const { startsAtMs = 0, endsAtMs } = decoded.value
          if (startsAtMs >= endsAtMs) return refuse(400, 'Failed to create silence: start time must be before end time')
          if (endsAtMs < clock.nowMs()) {
            return refuse(400, "Failed to create silence: end time can't be in the past")
          }
          const result = silences.set(decoded.value)
          if (result.ok) return whenSafe(result.safe, json({ silenceID: result.id }), 'the silence is')
          return result.problem === 'unknown' ? refuse(404, 'silence not found') : refuse(400, result.message)
        },
      },
    },
    {
      path: '/silence/:id',
      methods: {
        GET({ params }) {
          const { id = '' } = params
          if (!UUID.test(id)) return notUuid(id)
          const silence = silences.get(id.toLowerCase())
          return silence === undefined ? NOT_FOUND : json(gettableSilence(silence, silences.stateOf(silence)))
        },
        DELETE({ params }) {
          const { id = '' } = params
          if (!UUID.test(id)) return notUuid(id)
          const safe = silences.expire(id.toLowerCase())
          return safe === undefined ? NOT_FOUND : whenSafe(safe, NO_BODY, 'the silence is')
        },
      },
    },
  ]
}

function notUuid(id: string): ApiResponse {
  return malformed(601, `silenceID in path must be of type uuid: ${JSON.stringify(id)}`)
}

/** Whether the silence has each of these matchers among its own; not whether it would mute what they match. */
function hasAll({ matchers }: Silence, wanted: readonly Matcher[]): boolean {
  return wanted.every((one) => matchers.some((matcher) => Matcher.compare(one, matcher) === 0))
}

function gettableSilence(silence: Silence, state: SilenceState): Json {
  const time = (atMs: number) => formatMilli(momentOf(atMs))
  return {
    id: silence.id,
    status: { state },
    updatedAt: time(silence.updatedAtMs),
    annotations: silence.annotations.size === 0 ? undefined : silence.annotations,
    comment: silence.comment,
    createdBy: silence.createdBy,
    endsAt: time(silence.endsAtMs),
    matchers: silence.matchers.map(gettableMatcher),
    startsAt: time(silence.startsAtMs),
  }
}

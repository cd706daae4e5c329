import type { Clock } from '#lib/clock.ts'
import { formatDuration } from '#lib/duration.ts'
import { LabelSet } from '#lib/labels.ts'
import { fallbackOf } from '../config/fallback.ts'
import type { Json } from '../json.ts'
import { formatMilli, type Moment, momentOf } from '../moment.ts'
import type { Pipeline } from '../pipeline.ts'
import { groupLabels, matchRoutes, pathTo, type Route } from '../route/tree.ts'
import type { Endpoint } from './api.ts'
import { BodyReader, type Decoded, decodeBody } from './body.ts'
import { json, tooLarge } from './response.ts'

const MAX_BODY_BYTES = 256 * 1024

/**
 * `/routes/test`: who would be told of an alert with these labels, in which groups, and whether the time is one at which
 * they are not told; now, or at another time.
 */
export function routeTestEndpoint({
  pipeline,
  clock,
}: {
  readonly pipeline: Pipeline
  readonly clock: Clock
}): Endpoint {
  return {
    path: '/routes/test',
    methods: {
      POST({ body }) {
        if (body.length > MAX_BODY_BYTES) return tooLarge(MAX_BODY_BYTES)
        const decoded = decodeRouteTest(body)
        if (!decoded.ok) return decoded.response
        const { labels, at = momentOf(clock.nowMs()) } = decoded.value
        const { root } = pipeline
        const routes = matchRoutes(root, labels)
        return json({
          at: formatMilli(at),
          receivers: routes.map(({ receiver }) => receiver),
          routes: routes.map((route) => show(route, labels, at, pipeline)),
        })
      },
    },
  }
}

const reader = new BodyReader('test')

function decodeRouteTest(body: Buffer): Decoded<{ readonly labels: LabelSet; readonly at: Moment | undefined }> {
  return decodeBody(() => {
    const test = reader.object(reader.parse(body), 'a test')
    const labels = reader.texts(test.labels, 'labels')
    const at = reader.time(test.at, 'at')
    if (labels === undefined) throw reader.missing('labels')
    return { labels: LabelSet.from(labels), at }
  })
}

function show(route: Route, labels: LabelSet, at: Moment, pipeline: Pipeline): Json {
  const { receiver, key, groupWaitMs, groupIntervalMs, repeatIntervalMs } = route
  const { fallback } = pipeline.config.own
  const group = groupLabels(route, labels)
  const mute = pipeline.timeMuteOf(route, at.ms)
  return {
    receiver,
    fallback: fallback && fallbackOf(fallback, receiver),
    path: pathTo(pipeline.root, route).map(({ matchers }) => `{${matchers.join(',')}}`),
    continue: route.continue,
    groupKey: `${key}:${group}`,
    groupLabels: group,
    groupWait: formatDuration(groupWaitMs),
    groupInterval: formatDuration(groupIntervalMs),
    repeatInterval: formatDuration(repeatIntervalMs),
    muted: mute !== undefined,
    mute: mute && { reason: mute.reason, intervals: mute.mutedBy },
  }
}

import type { Clock } from '#lib/clock.ts'
import { parseMatcher } from '#lib/matcher-syntax.ts'
import type { Matcher } from '#lib/matchers.ts'
import type { Json } from '../json.ts'
import type { TemplateInput } from '../notify/data.ts'
import type { Pipeline } from '../pipeline.ts'
import { Allowance } from '../trial/allowance.ts'
import { NotificationJsonError, readNotificationJson } from '../trial/notification-json.ts'
import { type PreviewData, previewData } from '../trial/preview-data.ts'
import { type PreviewText, renderPreview } from '../trial/render-preview.ts'
import type { Endpoint } from './api.ts'
import { BodyReader, type Decoded, decodeBody } from './body.ts'
import { json, refuse, tooLarge, tooMany } from './response.ts'

const MAX_BODY_BYTES = 1024 ** 2
const MAX_TEXT_LENGTH = 32_768
/** Alerts that are shown; all that are used are counted. */
const MAX_SHOWN = 100
/** Somebody who writes a template asks once a second; each may take a quarter of one. */
const MOST = { atOnce: 4, perMinute: 120 }

interface PreviewRequest extends PreviewText {
  readonly receiver: string | undefined
  readonly groupKey: string | undefined
  readonly matchers: readonly string[] | undefined
  /** A notification in the form that webhooks get, in place of real alerts. */
  readonly data: unknown
}

/** `/templates/preview`: what a text makes of real alerts by the templates in force. It tells nobody and keeps nothing. */
export function templatePreviewEndpoint({
  pipeline,
  clock,
}: {
  readonly pipeline: Pipeline
  readonly clock: Clock
}): Endpoint {
  const allowance = new Allowance({ clock, ...MOST })
  return {
    path: '/templates/preview',
    methods: {
      async POST({ body }) {
        if (body.length > MAX_BODY_BYTES) return tooLarge(MAX_BODY_BYTES)
        const decoded = decodePreview(body)
        if (!decoded.ok) return decoded.response
        const request = decoded.value
        const chosen = chooseData(request, pipeline, clock.nowMs())
        if (!chosen.ok) return chosen.response
        const taken = await allowance.take(async () => {
          return renderPreview(await pipeline.templates(), request, chosen.value.input)
        })
        if ('retryAfterSeconds' in taken) return tooMany('previews of templates', taken.retryAfterSeconds)
        return json({ ...taken.done, ...show(chosen.value) })
      },
    },
  }
}

const reader = new BodyReader('preview')

function decodePreview(body: Buffer): Decoded<PreviewRequest> {
  return decodeBody(() => {
    const preview = reader.object(reader.parse(body), 'a preview')
    const text = reader.text(preview.text, 'text')
    const type = reader.text(preview.type, 'type') ?? 'text'
    const definitions = reader.text(preview.definitions, 'definitions') ?? ''
    const receiver = reader.text(preview.receiver, 'receiver')
    const groupKey = reader.text(preview.groupKey, 'groupKey')
    const matchers = readList(preview.matchers)
    const data = preview.data ?? undefined
    if (text === undefined) throw reader.missing('text')
    if (type !== 'text' && type !== 'html') throw reader.against(606, 'type in body should be one of [text html]')
    for (const [name, value] of Object.entries({ text, definitions })) {
      if (value.length <= MAX_TEXT_LENGTH) continue
      throw reader.against(604, `${name} in body should be at most ${MAX_TEXT_LENGTH} chars long`)
    }
    if (data !== undefined && (receiver ?? groupKey ?? matchers) !== undefined) {
      throw reader.against(604, 'data and real alerts (receiver, groupKey, matchers) in body exclude each other')
    }
    return { text, type, definitions, receiver, groupKey, matchers, data }
  })
}

function readList(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) throw reader.wrongType(value, 'matchers')
  return value.map((item: unknown, index) => {
    if (typeof item !== 'string') throw reader.wrongType(item, `matchers.${index}`)
    return item
  })
}

type Chosen = PreviewData | { readonly input: TemplateInput; readonly from: 'data' }

function chooseData(request: PreviewRequest, pipeline: Pipeline, nowMs: number): Decoded<Chosen> {
  try {
    if (request.data !== undefined) {
      return { ok: true, value: { input: readNotificationJson(request.data), from: 'data' } }
    }
  } catch (error) {
    if (error instanceof NotificationJsonError) return { ok: false, response: refuse(400, `data: ${error.message}`) }
    throw error
  }
  const matchers: Matcher[] = []
  for (const text of request.matchers ?? []) {
    const parsed = parseMatcher(text, pipeline.config.matcherMode)
    if (!parsed.ok) return { ok: false, response: refuse(400, parsed.problem) }
    matchers.push(...parsed.matchers)
  }
  const choice = { ...request, matchers: request.matchers && matchers }
  const value = previewData(choice, pipeline, nowMs)
  if (value !== undefined) return { ok: true, value }
  return { ok: false, response: refuse(404, 'there are no such alerts right now; leave the choice out, or send data') }
}

function show(chosen: Chosen): { readonly [key: string]: Json | undefined } {
  if (chosen.from === 'data') return { from: 'data' }
  const { from, receiver, groupKey, alerts, total } = chosen
  if (from === 'example') return { from }
  return {
    ...{ from, receiver, groupKey, total, used: alerts.length },
    alerts: alerts.slice(0, MAX_SHOWN).map(({ alert: { labels, annotations }, firing }) => ({
      ...{ fingerprint: labels.fingerprint, status: firing ? 'firing' : 'resolved', labels, annotations },
    })),
  }
}

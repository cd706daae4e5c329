import type { PagerdutyConfig } from '../../config/receivers/pagerduty.ts'
import { encodeJson, type Json } from '../../json.ts'
import { cutToRunes } from '../cut-text.ts'
import { groupHash } from '../group-hash.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration, NotifyResult } from '../receiver.ts'
import { secretAt } from '../secret-source.ts'
import { renderYaml } from '../templated-yaml.ts'
import { Unsendable } from '../unsendable.ts'

const V1_URL = 'https://events.pagerduty.com/generic/2010-04-15/create_event.json'
/** Longest headline, in code points. */
const MAX_SUMMARY = 1024
/** Largest event, in bytes. */
const MAX_EVENT_BYTES = 512_000
const TOO_LARGE = 'Custom details have been removed because the original event exceeds the maximum size of 512KB'

/** Opens and resolves incidents of PagerDuty, through the Events API v1 where there is a service key, otherwise v2. */
export function createPagerduty(config: PagerdutyConfig, deps: IntegrationDeps): Integration {
  const isV1 = Boolean(config.service_key || config.service_key_file)
  return createHttpIntegration('pagerduty', config, deps, (telling) => {
    return isV1 ? tellV1(config, telling) : tellV2(config, telling)
  })
}

type Render = (key: 'client' | 'client_url' | 'description' | 'severity' | 'class' | 'component' | 'group') => string

async function tellV1(config: PagerdutyConfig, telling: Telling): Promise<NotifyResult> {
  const text: Render = (key) => telling.text(config[key] ?? '', key)
  const isTrigger = telling.data.status === 'firing'
  const key = await readKey(config, 'service_key', telling)
  const event = (details: Json) => ({
    service_key: key,
    incident_key: groupHash(telling.notification.groupKey),
    event_type: isTrigger ? 'trigger' : 'resolve',
    description: cutToRunes(text('description'), MAX_SUMMARY) || undefined,
    event_action: '',
    payload: null,
    client: (isTrigger && text('client')) || undefined,
    client_url: (isTrigger && text('client_url')) || undefined,
    details,
  })
  return telling.send(requestOf(V1_URL, fitted(event, detailsOf(config, telling))), {
    // There it means: too much at once.
    isRetryable: (status) => status === 403 || status === 429 || status >= 500,
    credentials: 'service_key',
  })
}

async function tellV2(config: PagerdutyConfig, telling: Telling): Promise<NotifyResult> {
  const text: Render = (key) => telling.text(config[key] ?? '', key)
  const images = imagesOf(config, telling)
  const links = linksOf(config, telling)
  const key = await readKey(config, 'routing_key', telling)
  const event = (details: Json) => ({
    routing_key: key,
    dedup_key: groupHash(telling.notification.groupKey),
    event_action: telling.data.status === 'firing' ? 'trigger' : 'resolve',
    payload: {
      summary: cutToRunes(text('description'), MAX_SUMMARY),
      source: telling.text(config.source || config.client, 'source'),
      severity: telling.text(config.severity || 'error', 'severity'),
      class: text('class') || undefined,
      component: text('component') || undefined,
      group: text('group') || undefined,
      custom_details: details,
    },
    client: text('client') || undefined,
    client_url: text('client_url') || undefined,
    images: images.length > 0 ? images : undefined,
    links: links.length > 0 ? links : undefined,
  })
  const body = fitted(event, detailsOf(config, telling))
  return telling.send(requestOf(config.url, body), { credentials: 'routing_key' })
}

async function readKey(config: PagerdutyConfig, key: 'routing_key' | 'service_key', telling: Telling): Promise<string> {
  const rendered = telling.hide(telling.text(await telling.secret(secretAt(config, key)), key))
  if (rendered === '') throw new Unsendable(`${key.replace('_', ' ')} cannot be empty`)
  return rendered
}

function detailsOf({ details }: PagerdutyConfig, telling: Telling): Json {
  return renderYaml(details, (source) => telling.text(source, 'details'))
}

function imagesOf(config: PagerdutyConfig, { text }: Telling): Json[] {
  return config.images.flatMap(({ src = '', alt = '', href = '' }) => {
    const image = { src: text(src, 'images.src'), alt: text(alt, 'images.alt'), href: text(href, 'images.href') }
    return image.src === '' ? [] : [image]
  })
}

function linksOf(config: PagerdutyConfig, { text }: Telling): Json[] {
  return config.links.flatMap(({ href = '', text: label = '' }) => {
    const link = { href: text(href, 'links.href'), text: text(label, 'links.text') }
    return link.href === '' ? [] : [link]
  })
}

/** The event, without its details where PagerDuty would not take it with them. */
function fitted(event: (details: Json) => Json, details: Json): string {
  const body = encodeJson(event(details), { escapeHtml: true })
  if (Buffer.byteLength(body) <= MAX_EVENT_BYTES) return body
  return encodeJson(event({ error: TOO_LARGE }), { escapeHtml: true })
}

function requestOf(url: string, body: string) {
  return { url, method: 'POST', headers: { 'content-type': 'application/json' }, body } as const
}

import { parseGoDuration } from '../../config/go-duration.ts'
import type { PushoverConfig } from '../../config/receivers/pushover.ts'
import { cutToRunes } from '../cut-text.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration } from '../receiver.ts'
import { secretAt } from '../secret-source.ts'

const URL_OF_API = 'https://api.pushover.net/1/messages.json'

/** Limits of Pushover, in code points. */
const MAX_TITLE = 250
const MAX_MESSAGE = 1024
const MAX_URL = 512

/** Tells phones through Pushover. Everything is in the query, as upstream sends it. */
export function createPushover(config: PushoverConfig, deps: IntegrationDeps): Integration {
  return createHttpIntegration('pushover', config, deps, async (telling) => {
    const token = telling.text(await telling.secret(secretAt(config, 'token')), 'token')
    const user = telling.text(await telling.secret(secretAt(config, 'user_key')), 'user_key')
    const query = parametersOf(config, telling)
    query.set('token', telling.hide(token))
    query.set('user', telling.hide(user))
    query.sort()
    return telling.send(
      { url: `${URL_OF_API}?${query}`, method: 'POST', headers: { 'content-type': 'text/plain' }, body: '' },
      { credentials: 'token and user_key' },
    )
  })
}

type Key = 'title' | 'message' | 'url' | 'url_title' | 'device' | 'sound' | 'priority'

function parametersOf(config: PushoverConfig, telling: Telling): URLSearchParams {
  const text = (key: Key) => telling.text(config[key] ?? '', key)
  const message = config.html ? telling.html(config.message, 'message') : text('message')
  const query = new URLSearchParams({
    title: cutToRunes(text('title'), MAX_TITLE),
    // Pushover refuses empty ones.
    message: cutToRunes(message, MAX_MESSAGE).trim() || '(no details)',
    url: cutToRunes(text('url'), MAX_URL),
    url_title: text('url_title'),
    priority: text('priority'),
    retry: wholeSeconds(config.retry),
    expire: wholeSeconds(config.expire),
    device: text('device'),
    sound: text('sound'),
  })
  if (config.html) query.set('html', '1')
  if (config.monospace) query.set('monospace', '1')
  const ttl = wholeSeconds(config.ttl ?? '0')
  if (ttl !== '0') query.set('ttl', ttl)
  return query
}

function wholeSeconds(duration: string): string {
  return String(Math.floor((parseGoDuration(duration) ?? 0) / 1_000))
}

import type { NtfyConfig } from '../../config/receivers/ntfy.ts'
import type { Json } from '../../json.ts'
import { cutToBytes, cutToRunes } from '../cut-text.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration } from '../receiver.ts'
import { secretAt } from '../secret-source.ts'
import { Unsendable } from '../unsendable.ts'

/** What is longer becomes an attachment, where the server takes them. */
const MAX_MESSAGE_BYTES = 4096
const MAX_TITLE = 250

const PRIORITIES: Readonly<Record<string, number>> = {
  ...{ '1': 1, '2': 2, '3': 3, '4': 4, '5': 5 },
  ...{ min: 1, low: 2, default: 3, high: 4, max: 5, urgent: 5 },
}

/** Tells the subscribers of a topic of ntfy. */
export function createNtfy(config: NtfyConfig, deps: IntegrationDeps): Integration {
  return createHttpIntegration('ntfy', config, deps, async (telling) => {
    const hasToken = config.token !== undefined || config.token_file !== undefined
    const token = hasToken ? await telling.secret(secretAt(config, 'token')) : undefined
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const url = config.url.endsWith('/') ? config.url : `${config.url}/`
    const credentials = hasToken ? 'token' : 'token, or the credentials in http_config'
    return telling.postJson(url, ntfyBody(config, telling), { headers, credentials })
  })
}

function ntfyBody(config: NtfyConfig, telling: Telling): Json {
  const topic = telling.text(config.topic, 'topic')
  if (!/^[-\w]{1,64}$/.test(topic)) {
    throw new Unsendable(`topic: ${JSON.stringify(topic)} must be up to 64 letters, digits, hyphens or underscores`)
  }
  const tags = telling.text(config.tags, 'tags').split(',')
  const named = tags.map((tag) => tag.trim()).filter((tag) => tag !== '')
  return {
    topic,
    title: cutToRunes(telling.text(config.title, 'title'), MAX_TITLE) || undefined,
    message: cutToBytes(telling.text(config.message, 'message'), MAX_MESSAGE_BYTES) || undefined,
    priority: priorityOf(telling.text(config.priority, 'priority').trim()),
    tags: named.length === 0 ? undefined : named,
    click: telling.text(config.click, 'click') || undefined,
    icon: telling.text(config.icon ?? '', 'icon') || undefined,
    markdown: config.markdown || undefined,
  }
}

function priorityOf(written: string): number | undefined {
  if (written === '') return undefined
  const priority = PRIORITIES[written.toLowerCase()]
  if (priority !== undefined) return priority
  throw new Unsendable(`priority: ${JSON.stringify(written)} is none of ${Object.keys(PRIORITIES).join(', ')}`)
}

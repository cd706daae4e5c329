import type { MattermostAttachment, MattermostConfig } from '../../config/receivers/mattermost.ts'
import type { Json } from '../../json.ts'
import { cutToRunes } from '../cut-text.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import { readWebhookUrl } from '../http/webhook-url.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration } from '../receiver.ts'

/** Longest text of a post, in code points. */
const MAX_TEXT = 16_383

/** Tells a channel of Mattermost. */
export function createMattermost(config: MattermostConfig, deps: IntegrationDeps): Integration {
  return createHttpIntegration('mattermost', config, deps, async (telling) => {
    const url = await readWebhookUrl(config, telling)
    return telling.postJson(url, mattermostBody(config, telling))
  })
}

/** Renders a text; nothing where there is none. */
type Render = (source: string | undefined, key: string) => string | undefined

function mattermostBody(config: MattermostConfig, telling: Telling): Json {
  const render: Render = (source, key) => (source === undefined ? undefined : telling.text(source, key) || undefined)
  const attachments = config.attachments.map((attachment) => attachmentOf(attachment, render))
  const card = render(config.props?.card, 'props.card')
  return {
    text: cutToRunes(telling.text(config.text, 'text'), MAX_TEXT),
    channel: render(config.channel, 'channel'),
    username: render(config.username, 'username'),
    icon_url: render(config.icon_url, 'icon_url'),
    icon_emoji: render(config.icon_emoji, 'icon_emoji'),
    attachments: attachments.length === 0 ? undefined : attachments,
    type: render(config.type, 'type'),
    props: card === undefined ? undefined : { card },
    priority: priorityOf(config.priority, render),
  }
}

function attachmentOf(attachment: MattermostAttachment, render: Render): Json {
  const fields = attachment.fields.map(({ title, value, short }) => ({
    title: render(title, 'fields'),
    value: render(value, 'fields'),
    short,
  }))
  return {
    fallback: render(attachment.fallback, 'fallback'),
    color: render(attachment.color, 'color'),
    pretext: render(attachment.pretext, 'pretext'),
    text: render(attachment.text, 'text'),
    author_name: render(attachment.author_name, 'author_name'),
    author_link: render(attachment.author_link, 'author_link'),
    author_icon: render(attachment.author_icon, 'author_icon'),
    title: render(attachment.title, 'title'),
    title_link: render(attachment.title_link, 'title_link'),
    fields: fields.length === 0 ? undefined : fields,
    thumb_url: render(attachment.thumb_url, 'thumb_url'),
    footer: render(attachment.footer, 'footer'),
    footer_icon: render(attachment.footer_icon, 'footer_icon'),
    image_url: render(attachment.image_url, 'image_url'),
  }
}

/** What the server would refuse is left out: only urgent posts remind, and standard ones are not acknowledged. */
function priorityOf(priority: MattermostConfig['priority'], render: Render): Json | undefined {
  if (!priority?.priority) return undefined
  const written = render(priority.priority, 'priority')?.toLowerCase() ?? ''
  const level = ['urgent', 'important'].includes(written) ? written : 'standard'
  return {
    priority: level,
    requested_ack: (priority.requested_ack && level !== 'standard') || undefined,
    persistent_notifications: (priority.persistent_notifications && level === 'urgent') || undefined,
  }
}

import type { SlackAction, SlackConfig, SlackField } from '../../config/receivers/slack.ts'
import type { Json } from '../../json.ts'
import { cutToRunes } from '../cut-text.ts'
import type { Telling } from '../http/http-integration.ts'

/** Longest title that Slack shows, in code points. */
const MAX_TITLE = 1024
const FORMATTED_PARTS = ['fallback', 'pretext', 'text'] as const

type Render = (source: string | undefined, key: string) => string

/** What is posted, in the order of upstream's keys; what is left out when empty is left out here. */
export function slackMessage(config: SlackConfig, telling: Telling): Readonly<Record<string, Json | undefined>> {
  const text: Render = (source, key) => (source ? telling.text(source, key) : '')
  return {
    channel: text(config.channel, 'channel') || undefined,
    username: text(config.username, 'username') || undefined,
    icon_emoji: text(config.icon_emoji, 'icon_emoji') || undefined,
    icon_url: text(config.icon_url, 'icon_url') || undefined,
    link_names: config.link_names || undefined,
    text: text(config.message_text, 'message_text') || undefined,
    attachments: [attachment(config, text)],
  }
}

function attachment(config: SlackConfig, text: Render): Json {
  const fields = config.fields.map((field) => fieldOf(field, config.short_fields, text))
  const actions = config.actions.map((action) => actionOf(action, text))
  return {
    title: cutToRunes(text(config.title, 'title'), MAX_TITLE) || undefined,
    title_link: text(config.title_link, 'title_link') || undefined,
    pretext: text(config.pretext, 'pretext') || undefined,
    text: text(config.text, 'text'),
    fallback: text(config.fallback, 'fallback'),
    callback_id: text(config.callback_id, 'callback_id'),
    fields: fields.length > 0 ? fields : undefined,
    actions: actions.length > 0 ? actions : undefined,
    image_url: text(config.image_url, 'image_url') || undefined,
    thumb_url: text(config.thumb_url, 'thumb_url') || undefined,
    footer: text(config.footer, 'footer'),
    color: text(config.color, 'color') || undefined,
    mrkdwn_in: config.mrkdwn_in.length > 0 ? config.mrkdwn_in : FORMATTED_PARTS,
  }
}

function fieldOf({ title, value, short }: SlackField, shortFields: boolean, text: Render): Json {
  return {
    title: text(title, 'fields.title') || undefined,
    value: text(value, 'fields.value') || undefined,
    short: short ?? shortFields,
  }
}

/** An action with a link has nothing to tell an app. */
function actionOf({ type, text: label, url, style, name, value, confirm }: SlackAction, text: Render): Json {
  return {
    type: text(type, 'actions.type') || undefined,
    text: text(label, 'actions.text') || undefined,
    url: text(url, 'actions.url') || undefined,
    style: text(style, 'actions.style') || undefined,
    name: (!url && text(name, 'actions.name')) || undefined,
    value: (!url && text(value, 'actions.value')) || undefined,
    confirm: url || confirm === undefined ? undefined : confirmOf(confirm, text),
  }
}

function confirmOf(confirm: NonNullable<SlackAction['confirm']>, text: Render): Json {
  return {
    text: text(confirm.text, 'actions.confirm.text') || undefined,
    title: text(confirm.title, 'actions.confirm.title') || undefined,
    ok_text: text(confirm.ok_text, 'actions.confirm.ok_text') || undefined,
    dismiss_text: text(confirm.dismiss_text, 'actions.confirm.dismiss_text') || undefined,
  }
}

import type { DiscordConfig } from '../../config/receivers/discord.ts'
import type { Json } from '../../json.ts'
import { cutToRunes } from '../cut-text.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import { readWebhookUrl } from '../http/webhook-url.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration } from '../receiver.ts'

/** Limits of Discord, in code points. */
const MAX_TITLE = 256
const MAX_DESCRIPTION = 4096
const MAX_CONTENT = 2000

const COLORS = { firing: 0x992d22, resolved: 0x2ecc71 } as const

/** Tells a channel of Discord, as one embed. */
export function createDiscord(config: DiscordConfig, deps: IntegrationDeps): Integration {
  return createHttpIntegration('discord', config, deps, async (telling) => {
    const url = await readWebhookUrl(config, telling)
    return telling.postJson(url, discordBody(config, telling))
  })
}

function discordBody({ title, message, content, username, avatar_url }: DiscordConfig, telling: Telling): Json {
  const embed = {
    title: cutToRunes(telling.text(title, 'title'), MAX_TITLE),
    description: cutToRunes(telling.text(message, 'message'), MAX_DESCRIPTION),
    color: COLORS[telling.data.status],
  }
  return {
    content: cutToRunes(telling.text(content, 'content'), MAX_CONTENT),
    embeds: [embed],
    username: username || undefined,
    avatar_url: avatar_url || undefined,
  }
}

import type { WebexConfig } from '../../config/receivers/webex.ts'
import { cutToBytes } from '../cut-text.ts'
import { createHttpIntegration } from '../http/http-integration.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration } from '../receiver.ts'

/** Longest message that Webex takes. */
const MAX_MESSAGE_BYTES = 7439

/** Tells a room of Webex. */
export function createWebex(config: WebexConfig, deps: IntegrationDeps): Integration {
  return createHttpIntegration('webex', config, deps, async (telling) => {
    const markdown = cutToBytes(telling.text(config.message, 'message'), MAX_MESSAGE_BYTES)
    const roomId = telling.text(config.room_id, 'room_id')
    return telling.postJson(config.api_url, { markdown, roomId: roomId || undefined })
  })
}

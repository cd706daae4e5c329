import type { VictoropsConfig } from '../../config/receivers/victorops.ts'
import type { Json } from '../../json.ts'
import { cutToRunes } from '../cut-text.ts'
import { groupHash } from '../group-hash.ts'
import { endpoint } from '../http/endpoint.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration } from '../receiver.ts'
import { secretAt } from '../secret-source.ts'

/** Longest text, in code points. */
const MAX_STATE_MESSAGE = 20_480
const FIRING_TYPES = new Set(['INFO', 'WARNING', 'CRITICAL'])

/** Opens and resolves incidents of VictorOps, which know a group by the hash of its key. */
export function createVictorops(config: VictoropsConfig, deps: IntegrationDeps): Integration {
  return createHttpIntegration('victorops', config, deps, async (telling) => {
    const key = await telling.secret(secretAt(config, 'api_key'))
    const route = telling.text(config.routing_key, 'routing_key')
    const url = endpoint(config.api_url, `${key}/${route}`)
    return telling.postJson(url, messageOf(config, telling), { credentials: 'api_key and routing_key' })
  })
}

function messageOf(config: VictoropsConfig, telling: Telling): Json {
  const custom = Object.entries(config.custom_fields).map(([name, source]) => {
    return [name, telling.text(source, `custom_fields.${name}`)] as const
  })
  const members = {
    message_type: messageType(telling.text(config.message_type, 'message_type'), telling),
    entity_id: groupHash(telling.notification.groupKey),
    entity_display_name: telling.text(config.entity_display_name, 'entity_display_name'),
    state_message: cutToRunes(telling.text(config.state_message, 'state_message'), MAX_STATE_MESSAGE),
    monitoring_tool: telling.text(config.monitoring_tool, 'monitoring_tool'),
    ...Object.fromEntries(custom),
  }
  return Object.fromEntries(Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function messageType(rendered: string, { data }: Telling): string {
  if (data.status === 'resolved') return 'RECOVERY'
  return FIRING_TYPES.has(rendered) ? rendered : 'CRITICAL'
}

import type { OpsgenieConfig, OpsgenieResponder } from '../../config/receivers/opsgenie.ts'
import { encodeJson, type Json } from '../../json.ts'
import { cutToRunes } from '../cut-text.ts'
import { groupHash } from '../group-hash.ts'
import { endpoint } from '../http/endpoint.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import type { HttpRequest } from '../http/request.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration } from '../receiver.ts'
import { secretAt } from '../secret-source.ts'

/** Longest message, in code points. */
const MAX_MESSAGE = 130

type Render = (
  key: 'message' | 'description' | 'source' | 'entity' | 'actions' | 'tags' | 'note' | 'priority',
) => string
type Call = readonly [method: HttpRequest['method'], path: string, body: Json]

/** Opens and closes alerts of Opsgenie, which know a group by the hash of its key. */
export function createOpsgenie(config: OpsgenieConfig, deps: IntegrationDeps): Integration {
  return createHttpIntegration('opsgenie', config, deps, async (telling) => {
    const calls = callsOf(config, telling)
    const key = telling.text(await telling.secret(secretAt(config, 'api_key')), 'api_key').trim()
    const headers = { 'content-type': 'application/json', authorization: `GenieKey ${telling.hide(key)}` }
    for (const [method, path, body] of calls) {
      const url = endpoint(config.api_url, path, path === CREATE ? {} : { identifierType: 'alias' })
      const request = { url, method, headers, body: encodeJson(body, { escapeHtml: true }) }
      const result = await telling.send(request, { credentials: 'api_key' })
      if (!result.ok) return result
    }
    return { ok: true }
  })
}

const CREATE = 'v2/alerts'

function callsOf(config: OpsgenieConfig, telling: Telling): readonly Call[] {
  const text: Render = (key) => telling.text(config[key] ?? '', key)
  const alias = groupHash(telling.notification.groupKey)
  const details = detailsOf(config, telling)
  if (telling.data.status === 'resolved') return [['POST', `${CREATE}/${alias}/close`, { source: text('source') }]]
  const message = cutToRunes(text('message'), MAX_MESSAGE)
  const description = text('description') || undefined
  const create: Json = {
    ...{ alias, message, description, details },
    source: text('source'),
    responders: orNothing(respondersOf(config.responders, telling)),
    tags: orNothing(split(text('tags'))),
    note: text('note') || undefined,
    priority: text('priority') || undefined,
    entity: text('entity') || undefined,
    actions: orNothing(split(text('actions'))),
  }
  const calls: Call[] = [['POST', CREATE, create]]
  if (config.update_alerts) {
    calls.push(['PUT', `${CREATE}/${alias}/message`, { message: message || undefined }])
    calls.push(['PUT', `${CREATE}/${alias}/description`, { description }])
  }
  return calls
}

/** The common labels, and over them what the configuration says; by name, as Go writes them. */
function detailsOf({ details }: OpsgenieConfig, { data, text }: Telling): Json {
  const own = Object.entries(details).map(([name, source]) => [name, text(source, `details.${name}`)] as const)
  const all = Object.entries({ ...Object.fromEntries(data.commonLabels), ...Object.fromEntries(own) })
  return Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** A responder that renders to nothing is left out; `teams` are as many as its name lists. */
function respondersOf(responders: readonly OpsgenieResponder[], { text }: Telling): Json[] {
  return responders.flatMap((responder): Json[] => {
    const render = (key: keyof OpsgenieResponder) => text(responder[key] ?? '', `responders.${key}`)
    const [id, name, username, type] = [render('id'), render('name'), render('username'), typeOf(render('type'))]
    if (id === '' && name === '' && username === '' && type === '') return []
    if (type === 'teams') return split(name).map((team) => ({ name: team, type: 'team' }))
    return [{ id: id || undefined, name: name || undefined, username: username || undefined, type }]
  })
}

/** A type is checked whatever its case, but known to Opsgenie in lower case. */
function typeOf(text: string): string {
  return text.toLowerCase()
}

function split(text: string): string[] {
  return text.trim().split(',').filter(Boolean)
}

function orNothing(list: readonly Json[]): readonly Json[] | undefined {
  return list.length > 0 ? list : undefined
}

import type { Json } from '../../json.ts'
import { DEFINITIONS, ref } from './definitions.ts'

type JsonObject = { readonly [key: string]: Json }

interface Operation {
  readonly tag: string
  readonly id: string
  readonly summary: string
  readonly parameters?: readonly Json[]
  /** The definition of the answer's body; none if it is empty. */
  readonly answer?: string
  /** What each refusal has for a body; none if it is empty. */
  readonly refusals?: Readonly<Record<number, string | undefined>>
}

const flag = (name: string, description: string): Json => ({
  ...{ name, in: 'query', description, type: 'boolean', default: true },
})
const matchers = (name: string, description: string): Json => ({
  ...{ name, in: 'query', description, type: 'array', collectionFormat: 'multi', items: { type: 'string' } },
})
const body = (name: string, definition: string): Json => ({ name, in: 'body', required: true, schema: ref(definition) })

const RECEIVER_MATCHERS = matchers('receiver_matchers', 'Matchers for the labels of receivers; all must match.')
const ALERT_FILTERS: readonly Json[] = [
  flag('active', 'Show active alerts.'),
  flag('silenced', 'Show silenced alerts.'),
  flag('inhibited', 'Show inhibited alerts.'),
  matchers('filter', 'Matchers for the labels of alerts; all must match.'),
  { name: 'receiver', in: 'query', description: 'Anchored pattern for the names of receivers.', type: 'string' },
  RECEIVER_MATCHERS,
]
const SILENCE_ID: Json = { name: 'silenceID', in: 'path', required: true, type: 'string', format: 'uuid' }

function operation({ tag, id, summary, parameters = [], answer, refusals = {} }: Operation): JsonObject {
  const response = (description: string, definition: string | undefined): Json => ({
    description,
    ...(definition === undefined ? {} : { schema: ref(definition) }),
  })
  const refused = Object.entries(refusals).map(([status, definition]) => [status, response('Refused.', definition)])
  const responses = { 200: response('Done.', answer), ...Object.fromEntries(refused) }
  return { tags: [tag], operationId: id, summary, parameters, responses }
}

/** The description of API v2 in OpenAPI 2.0, with upstream's names for operations and bodies. */
export function openApiDocument(version: string, basePath: string): JsonObject {
  return {
    swagger: '2.0',
    info: { title: 'Alertmanager API', version, description: 'API v2 of Alertmanager, as Vedette serves it.' },
    basePath,
    consumes: ['application/json'],
    produces: ['application/json'],
    paths: PATHS,
    definitions: DEFINITIONS,
  }
}

const PATHS: JsonObject = {
  '/status': {
    get: operation({ tag: 'general', id: 'getStatus', summary: 'State of the router', answer: 'alertmanagerStatus' }),
  },
  '/receivers': {
    get: operation({
      ...{ tag: 'receiver', id: 'getReceivers', summary: 'All receivers' },
      parameters: [RECEIVER_MATCHERS],
      answer: 'receivers',
      refusals: { 400: 'problem' },
    }),
  },
  '/alerts': {
    get: operation({
      ...{ tag: 'alert', id: 'getAlerts', summary: 'Alerts that fire' },
      parameters: [...ALERT_FILTERS, flag('unprocessed', 'Without effect.')],
      answer: 'gettableAlerts',
      refusals: { 400: 'problem' },
    }),
    post: operation({
      ...{ tag: 'alert', id: 'postAlerts', summary: 'Send alerts' },
      parameters: [body('alerts', 'postableAlerts')],
      refusals: { 400: 'problem', 422: 'violation', 503: 'problem' },
    }),
  },
  '/alerts/groups': {
    get: operation({
      ...{ tag: 'alertgroup', id: 'getAlertGroups', summary: 'Alerts in the groups in which they are told' },
      parameters: [...ALERT_FILTERS, flag('muted', 'Show muted groups.')],
      answer: 'alertGroups',
      refusals: { 400: 'problem' },
    }),
  },
  '/silences': {
    get: operation({
      ...{ tag: 'silence', id: 'getSilences', summary: 'Silences' },
      parameters: [
        matchers('filter', 'Matchers that a silence must have itself.'),
        flag('active', 'Show active silences.'),
        flag('expired', 'Show expired silences.'),
        flag('pending', 'Show silences to come.'),
      ],
      answer: 'gettableSilences',
      refusals: { 400: 'problem' },
    }),
    post: operation({
      ...{ tag: 'silence', id: 'postSilences', summary: 'Make a silence, or change one' },
      parameters: [body('silence', 'postableSilence')],
      answer: 'silenceCreated',
      refusals: { 400: 'problem', 404: 'problem', 422: 'violation' },
    }),
  },
  '/silence/{silenceID}': {
    get: operation({
      ...{ tag: 'silence', id: 'getSilence', summary: 'One silence' },
      parameters: [SILENCE_ID],
      answer: 'gettableSilence',
      refusals: { 404: undefined, 422: 'violation' },
    }),
    delete: operation({
      ...{ tag: 'silence', id: 'deleteSilence', summary: 'End a silence' },
      parameters: [SILENCE_ID],
      refusals: { 404: undefined, 422: 'violation' },
    }),
  },
}

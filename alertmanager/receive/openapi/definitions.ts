import type { Json } from '../../json.ts'

type JsonObject = { readonly [key: string]: Json }

const text: Json = { type: 'string' }
const time: Json = { type: 'string', format: 'date-time' }
const flag: Json = { type: 'boolean' }
const texts: Json = { type: 'array', items: text }

export const ref = (name: string): JsonObject => ({ $ref: `#/definitions/${name}` })
const listOf = (name: string): JsonObject => ({ type: 'array', items: ref(name) })

function object(required: readonly string[], properties: JsonObject): Json {
  return { type: 'object', ...(required.length === 0 ? {} : { required }), properties }
}

function oneOf(...values: readonly string[]): Json {
  return { type: 'string', enum: values }
}

const alert = { generatorURL: { type: 'string', format: 'uri' }, labels: ref('labelSet') }
const silence = {
  annotations: ref('labelSet'),
  comment: text,
  createdBy: text,
  endsAt: time,
  matchers: ref('matchers'),
  startsAt: time,
}
const allOfSilence = ['comment', 'createdBy', 'endsAt', 'matchers', 'startsAt']

/** The bodies of API v2, under the names that generated clients have for them. */
export const DEFINITIONS: JsonObject = {
  labelSet: { type: 'object', additionalProperties: text },
  receiver: object(['name'], { name: text, labels: ref('labelSet') }),
  matcher: object(['name', 'value', 'isRegex'], {
    name: text,
    value: text,
    isRegex: flag,
    isEqual: { type: 'boolean', default: true },
  }),
  matchers: { type: 'array', minItems: 1, items: ref('matcher') },
  postableAlert: object(['labels'], { ...alert, annotations: ref('labelSet'), startsAt: time, endsAt: time }),
  postableAlerts: listOf('postableAlert'),
  alertStatus: object(['state', 'silencedBy', 'inhibitedBy', 'mutedBy'], {
    inhibitedBy: texts,
    mutedBy: texts,
    silencedBy: texts,
    state: oneOf('unprocessed', 'active', 'suppressed'),
  }),
  gettableAlert: object(
    ['labels', 'receivers', 'fingerprint', 'startsAt', 'updatedAt', 'endsAt', 'annotations', 'status'],
    {
      ...alert,
      annotations: ref('labelSet'),
      endsAt: time,
      fingerprint: text,
      receivers: listOf('receiver'),
      startsAt: time,
      status: ref('alertStatus'),
      updatedAt: time,
    },
  ),
  gettableAlerts: listOf('gettableAlert'),
  alertGroup: object(['alerts', 'labels', 'receiver'], {
    alerts: listOf('gettableAlert'),
    labels: ref('labelSet'),
    receiver: ref('receiver'),
    routeLabels: ref('labelSet'),
  }),
  alertGroups: listOf('alertGroup'),
  receivers: listOf('receiver'),
  silenceStatus: object(['state'], { state: oneOf('expired', 'active', 'pending') }),
  postableSilence: object(allOfSilence, { id: text, ...silence }),
  gettableSilence: object(['id', 'status', 'updatedAt', ...allOfSilence], {
    id: text,
    status: ref('silenceStatus'),
    updatedAt: time,
    ...silence,
  }),
  gettableSilences: listOf('gettableSilence'),
  silenceCreated: object([], { silenceID: text }),
  peerStatus: object(['name', 'address'], { name: text, address: text }),
  clusterStatus: object(['status'], {
    name: text,
    status: oneOf('ready', 'settling', 'disabled'),
    peers: listOf('peerStatus'),
  }),
  versionInfo: object(['version', 'revision', 'branch', 'buildUser', 'buildDate', 'goVersion'], {
    ...{ version: text, revision: text, branch: text, buildUser: text, buildDate: text, goVersion: text },
  }),
  alertmanagerConfig: object(['original'], { original: text }),
  alertmanagerStatus: object(['cluster', 'versionInfo', 'config', 'uptime'], {
    cluster: ref('clusterStatus'),
    versionInfo: ref('versionInfo'),
    config: ref('alertmanagerConfig'),
    uptime: time,
  }),
  problem: { type: 'string' },
  violation: object(['code', 'message'], { code: { type: 'integer' }, message: text }),
}

import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { boolean, list, mapping, optional, type Static, secret, section, text, url } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { inheritSecret } from './inherit-secret.ts'

const template = (name: string) => `{{ template "opsgenie.default.${name}" . }}`
const some = (description: string) => optional(text({ description }))

const responderSchema = section('Whom Opsgenie is to tell.', {
  id: some('Its id; a template.'),
  name: some('Its name; a template.'),
  username: some('Address of a user; a template.'),
  type: some('One of team, teams, user, escalation and schedule; a template.'),
})

const opsgenieSchema = section('Opens and closes alerts of Opsgenie.', {
  ...httpKeys(true),
  api_key: optional(secret({ description: 'Key of an API integration; a template.' })),
  api_key_file: some('File with the key, read at each notification.'),
  api_url: optional(url({ description: 'API of Opsgenie.' })),
  message: text({ description: 'Headline; a template.', default: template('message') }),
  description: text({ description: 'Long text; a template.', default: template('description') }),
  source: text({ description: 'Where it comes from; a template.', default: template('source') }),
  details: mapping(text({ description: 'A template.' }), {
    description: 'Further facts beside the common labels.',
    default: {},
  }),
  entity: some('What is affected; a template.'),
  responders: list(responderSchema, { description: 'Whom to tell.', default: [] }),
  actions: some('Actions, separated by commas; a template.'),
  tags: some('Tags, separated by commas; a template.'),
  note: some('Note; a template.'),
  priority: some('P1 to P5; a template.'),
  update_alerts: boolean({ description: 'Change message and description of an open alert too.', default: false }),
})

type OpsgenieOptions = Static<typeof opsgenieSchema>
export type OpsgenieResponder = Static<typeof responderSchema>
export type OpsgenieConfig = OpsgenieOptions & { readonly http_config: HttpConfig; readonly api_url: string }

export const opsgenieFormat: IntegrationFormat<OpsgenieOptions, OpsgenieConfig> = {
  schema: opsgenieSchema,
  read(options, context) {
    const { global, path, report } = context
    const { api_key, api_key_file, ...others } = options
    atMostOne(options, ['api_key', 'api_key_file'], path, report)
    const key = inheritSecret(options, 'api_key', global.opsgenie_api_key, global.opsgenie_api_key_file)
    if (Object.keys(key).length === 0) {
      report([...path, 'api_key'], 'no global OpsGenie API Key set either inline or in a file', 'key')
    }
    for (const [index, responder] of options.responders.entries()) {
      checkResponder(responder, [...path, 'responders', index], report)
    }
    return {
      ...others,
      ...key,
      api_url: options.api_url ?? global.opsgenie_api_url,
      http_config: readHttp(options.http_config, context),
    }
  },
}

const TYPES = '^(team|teams|user|escalation|schedule)$'

function checkResponder(responder: OpsgenieResponder, path: Path, report: Report): void {
  const { id = '', name = '', username = '', type = '' } = responder
  const shown = `{${[id, name, username, type].join(' ')}}`
  if (id === '' && name === '' && username === '') {
    const message = `opsGenieConfig responder ${shown} has to have at least one of id, username or name specified`
    report(path, message, 'key')
  } else if (!type.includes('{{') && !new RegExp(TYPES, 'i').test(type)) {
    report([...path, 'type'], `opsGenieConfig responder ${shown} type does not match valid options ${TYPES}`)
  }
}

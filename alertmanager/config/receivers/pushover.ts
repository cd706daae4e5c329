import { boolean, optional, type Static, secret, section, text } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { checkGoDuration } from './timeout.ts'

const template = (name: string) => `{{ template "pushover.default.${name}" . }}`
const some = (description: string) => optional(text({ description }))

const pushoverSchema = section('Tells phones through Pushover.', {
  ...httpKeys(true),
  user_key: optional(secret({ description: 'Key of a user or a group; a template.' })),
  user_key_file: some('File with the key of the user, read at each notification.'),
  token: optional(secret({ description: 'Token of an application; a template.' })),
  token_file: some('File with the token, read at each notification.'),
  title: text({ description: 'Title; a template.', default: template('title') }),
  message: text({ description: 'Text; a template.', default: template('message') }),
  url: text({ description: 'Link; a template.', default: template('url') }),
  url_title: some('Text of the link; a template.'),
  device: some('Device of the user; a template. By default all.'),
  sound: some('Sound; a template.'),
  priority: text({
    description: 'From -2 to 2, where 2 is repeated until somebody confirms it; a template.',
    default: '{{ if eq .Status "firing" }}2{{ else }}0{{ end }}',
  }),
  retry: text({ description: 'How often priority 2 is repeated, at least 30s.', default: '1m' }),
  expire: text({ description: 'How long priority 2 is repeated.', default: '1h' }),
  ttl: some('When the message is deleted from the devices.'),
  html: boolean({ description: 'Take the text for HTML.', default: false }),
  monospace: boolean({ description: 'Show the text in a monospaced font.', default: false }),
})

type PushoverOptions = Static<typeof pushoverSchema>
export type PushoverConfig = PushoverOptions & { readonly http_config: HttpConfig }

export const pushoverFormat: IntegrationFormat<PushoverOptions, PushoverConfig> = {
  schema: pushoverSchema,
  read(options, context) {
    const { path, report } = context
    for (const key of ['user_key', 'token'] as const) {
      if (!options[key] && !options[`${key}_file`]) {
        report([...path, key], `one of ${key} or ${key}_file must be configured`, 'key')
      }
      atMostOne(options, [key, `${key}_file`], path, report)
    }
    if (options.html && options.monospace) {
      report([...path, 'monospace'], 'at most one of monospace & html must be configured', 'key')
    }
    for (const key of ['retry', 'expire', 'ttl'] as const) checkGoDuration(options[key], [...path, key], report)
    return { ...options, http_config: readHttp(options.http_config, context) }
  },
}

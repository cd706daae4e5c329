import { boolean, list, optional, type Static, secret, section, text, url } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { inheritSecret } from './inherit-secret.ts'

const said = (description: string) => optional(text({ description }))
const byDefault = (description: string, key: string) =>
  text({ description, default: `{{ template "rocketchat.default.${key}" . }}` })

const fieldSchema = section('A row of the table.', {
  title: said('Its title.'),
  value: said('What it says.'),
  short: optional(boolean({ description: 'Whether others may stand beside it; by default as short_fields says.' })),
})

/** Keys without an underscore, as upstream has them. */
const actionSchema = section('A button.', {
  type: said('Always button.'),
  text: said('What is written on it.'),
  url: said('Where it leads.'),
  msg: said('What it says in the channel.'),
  imageurl: said('Unused.'),
  iswebview: boolean({ description: 'Unused.', default: false }),
  webviewheightratio: said('Unused.'),
  msginchatwindow: boolean({ description: 'Unused.', default: false }),
  msgprocessingtype: said('Unused.'),
})

const rocketchatSchema = section('Tells a channel of Rocket.Chat.', {
  ...httpKeys(false),
  api_url: optional(url({ description: 'The server.' })),
  token: optional(secret({ description: 'Token of the user.' })),
  token_file: said('File with the token, read at each notification.'),
  token_id: optional(secret({ description: 'The user.' })),
  token_id_file: said('File with the user, read at each notification.'),
  channel: said('Channel, such as #alerts or @somebody.'),
  color: text({
    description: 'Colour of the border.',
    default: '{{ if eq .Status "firing" }}red{{ else }}green{{ end }}',
  }),
  title: byDefault('Title.', 'title'),
  title_link: byDefault('Where the title leads.', 'titlelink'),
  text: byDefault('What to say.', 'text'),
  fields: list(fieldSchema, { description: 'Rows of the table.', default: [] }),
  short_fields: boolean({ description: 'Whether rows may stand beside others.', default: false }),
  emoji: byDefault('Emoji to show.', 'emoji'),
  icon_url: byDefault('Picture to show.', 'iconurl'),
  image_url: said('Picture.'),
  thumb_url: said('Small picture.'),
  link_names: boolean({ description: 'Unused.', default: false }),
  actions: list(actionSchema, { description: 'Buttons.', default: [] }),
})

type RocketchatOptions = Static<typeof rocketchatSchema>
export type RocketchatConfig = RocketchatOptions & { readonly http_config: HttpConfig; readonly api_url: string }

export const rocketchatFormat: IntegrationFormat<RocketchatOptions, RocketchatConfig> = {
  schema: rocketchatSchema,
  read(options, context) {
    const { global, path, report } = context
    atMostOne(options, ['token', 'token_file'], path, report)
    atMostOne(options, ['token_id', 'token_id_file'], path, report)
    const token = inheritSecret(options, 'token', global.rocketchat_token, global.rocketchat_token_file)
    const id = inheritSecret(options, 'token_id', global.rocketchat_token_id, global.rocketchat_token_id_file)
    if (Object.keys(id).length === 0) {
      report([...path, 'token_id'], 'no global Rocketchat TokenID set either inline or in a file', 'key')
    } else if (Object.keys(token).length === 0) {
      report([...path, 'token'], 'no global Rocketchat Token set either inline or in a file', 'key')
    }
    return {
      ...{ ...options, ...token, ...id },
      api_url: options.api_url ?? global.rocketchat_api_url,
      http_config: readHttp(options.http_config, context),
    }
  },
}

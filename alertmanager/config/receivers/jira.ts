import {
  anything,
  boolean,
  duration,
  list,
  mapping,
  optional,
  type Static,
  section,
  text,
  url,
} from '#lib/config/schema.ts'
import type { HttpConfig } from '../http.ts'
import { withShorthand } from '../shorthand.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'

const said = (description: string) => optional(text({ description }))

function updatable(description: string, name: string) {
  const keys = {
    template: text({ description: 'What it says.', default: `{{ template "jira.default.${name}" . }}` }),
    enable_update: boolean({ description: 'Write it anew when the issue is updated.', default: true }),
  }
  return withShorthand(section(description, keys), 'template')
}

const jiraSchema = section('Keeps an issue of Jira for each group of alerts.', {
  ...httpKeys(true),
  api_url: optional(url({ description: 'REST API, such as https://example.atlassian.net/rest/api/2/.' })),
  api_type: text({ description: 'auto, cloud or datacenter.', default: 'auto' }),
  project: said('Key of the project.'),
  issue_type: said('Type of the issue, such as Bug.'),
  summary: updatable('Title of the issue; also a text alone.', 'summary'),
  description: updatable(
    'Text of the issue; also a text alone. For version 3 of the API also ADF as JSON.',
    'description',
  ),
  labels: list(text({ description: 'A label.' }), { description: 'Labels of the issue.', default: [] }),
  priority: text({ description: 'Name of the priority.', default: '{{ template "jira.default.priority" . }}' }),
  reopen_transition: said('Name of the transition that opens a closed issue again.'),
  resolve_transition: said('Name of the transition that closes the issue; without it the issue stays open.'),
  wont_fix_resolution: said('Issues with this resolution stay as they are.'),
  reopen_duration: optional(duration({ description: 'How long a closed issue may be opened again.' })),
  fields: mapping(anything({ description: 'A value; its texts are templates.' }), {
    description: 'Further fields of the issue.',
    default: {},
  }),
})

type JiraOptions = Static<typeof jiraSchema>
export type JiraConfig = JiraOptions & {
  readonly http_config: HttpConfig
  readonly api_url: string
  readonly project: string
  readonly issue_type: string
}

export const jiraFormat: IntegrationFormat<JiraOptions, JiraConfig> = {
  schema: jiraSchema,
  read(options, context) {
    const { global, path, report } = context
    const { api_type, project = '', issue_type = '' } = options
    if (project === '') report([...path, 'project'], 'missing project in jira_config', 'key')
    else if (issue_type === '') report([...path, 'issue_type'], 'missing issue_type in jira_config', 'key')
    if (!['auto', 'cloud', 'datacenter'].includes(api_type)) {
      report([...path, 'api_type'], 'unknown api_type on jira_config, must be auto, cloud or datacenter')
    }
    const api_url = options.api_url ?? global.jira_api_url ?? ''
    if (api_url === '') report([...path, 'api_url'], 'no global Jira Cloud URL set', 'key')
    return { ...options, project, issue_type, api_url, http_config: readHttp(options.http_config, context) }
  },
}

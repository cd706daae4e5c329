import type { JiraConfig } from '../../config/receivers/jira.ts'
import type { Json } from '../../json.ts'
import { cutToRunes } from '../cut-text.ts'
import type { Telling } from '../http/http-integration.ts'
import { renderYaml } from '../templated-yaml.ts'

/** Limits of Jira, in code points. */
const MAX_SUMMARY = 255
const MAX_DESCRIPTION = 32_767

/** The fields of an issue in the order of their names; those of the configuration win over ours. */
export function issueFields(config: JiraConfig, label: string, telling: Telling, isNew: boolean): Json {
  const priority = telling.text(config.priority, 'priority')
  const fields: Record<string, Json> = {
    issuetype: { name: telling.text(config.issue_type, 'issue_type') },
    labels: [...config.labels.map((written) => telling.text(written, 'labels')), label].sort(),
    project: { key: telling.text(config.project, 'project') },
    ...(priority === '' ? {} : { priority: { name: priority } }),
  }
  if (isNew || config.description.enable_update) fields.description = description(config, telling)
  if (isNew || config.summary.enable_update) {
    fields.summary = cutToRunes(telling.text(config.summary.template, 'summary'), MAX_SUMMARY)
  }
  for (const [name, value] of Object.entries(config.fields)) {
    fields[name] = renderYaml(value, (source) => telling.text(source, 'fields'))
  }
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Version 3 takes documents (ADF) in place of texts: what is no JSON becomes one. */
function description({ api_url, description: { template } }: JiraConfig, telling: Telling): Json {
  const text = telling.text(template, 'description')
  if (!isVersion3(api_url)) return cutToRunes(text, MAX_DESCRIPTION)
  return readJson(text) ?? documentOf(cutToRunes(text, MAX_DESCRIPTION))
}

function isVersion3(apiUrl: string): boolean {
  return /\/3\/?$/.test(new URL(apiUrl).pathname)
}

function readJson(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    // Numbers and the like are texts that only look like JSON.
    return typeof value === 'object' && value !== null ? (value as Json) : undefined
  } catch {
    return undefined
  }
}

/** Paragraphs as empty lines part them, with the breaks between their lines. */
function documentOf(text: string): Json {
  const paragraphs = text.split(/\n\s*\n/).map((paragraph) => paragraph.trim())
  const content = paragraphs.flatMap((paragraph) => (paragraph === '' ? [] : [paragraphOf(paragraph.split('\n'))]))
  return { version: 1, type: 'doc', content }
}

function paragraphOf(lines: readonly string[]): Json {
  const content = lines.flatMap((line, index) => {
    const said = line === '' ? [] : [{ type: 'text', text: line }]
    return index === 0 ? said : [{ type: 'hardBreak' }, ...said]
  })
  return { type: 'paragraph', content }
}

import { type Finding, fail, ok, warn } from '#lib/finding.ts'
import { TEMPLATE_PRIORITY } from '../index/template.ts'
import { type Ask, whyUnknown } from './ask.ts'

const CHECK = 'template'

interface Listed {
  readonly index_templates?: readonly {
    readonly name: string
    readonly index_template: {
      readonly index_patterns?: readonly string[] | string
      readonly priority?: number
      readonly data_stream?: object
    }
  }[]
}

const FIELDS = ['index_patterns', 'priority', 'data_stream'].map((name) => `index_templates.index_template.${name}`)

/** Whether our index template is there, and whether it is the one that a new index of the data stream gets. */
export async function checkTemplate(ask: Ask, name: string, dataStream: string): Promise<Finding> {
  const answer = await ask({
    method: 'GET',
    path: '/_index_template',
    querystring: { filter_path: ['index_templates.name', ...FIELDS].join(',') },
  })
  if (answer.kind !== 'ok') {
    return warn(CHECK, `not checked: ${whyUnknown(answer)}`, 'It needs manage_index_templates on the cluster.')
  }
  const templates = (answer.body as Listed | undefined)?.index_templates ?? []
  if (!templates.some((template) => template.name === name)) {
    return fail(
      CHECK,
      `the index template ${name} is not there`,
      'The collector puts it as soon as it may; look at its log. Grant manage_index_templates.',
    )
  }
  const fitting = templates
    .filter(({ index_template: { index_patterns: patterns = [] } }) =>
      [patterns].flat().some((each) => fits(each, dataStream)),
    )
    .sort((a, b) => (b.index_template.priority ?? 0) - (a.index_template.priority ?? 0))
  const [winner] = fitting
  if (winner === undefined || winner.name === name) {
    return ok(CHECK, `${name} is there and wins, with priority ${TEMPLATE_PRIORITY}`)
  }
  const { priority = 0, data_stream: stream } = winner.index_template
  return fail(
    CHECK,
    `the index template ${winner.name} has priority ${priority} and wins over ${name} with ${TEMPLATE_PRIORITY}: ${stream === undefined ? 'there would be no data stream' : 'new indices get its mapping'}`,
    `Narrow the pattern of ${winner.name} so that it leaves out ${dataStream}, or lower its priority.`,
  )
}

/** Patterns of Elasticsearch: stars only. */
function fits(pattern: string, name: string): boolean {
  const parts = pattern.split('*')
  if (parts.length === 1) return pattern === name
  if (!name.startsWith(parts[0]!)) return false
  let at = parts[0]!.length
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  const last = parts.at(-1)!
  return name.length - last.length >= at && name.endsWith(last)
}

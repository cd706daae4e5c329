import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { boolean, choice, integer, list, optional, type Static, section, size, text } from '#lib/config/schema.ts'
import { checkRedact, redactSection } from '#lib/redact/config.ts'
import { checkCondition, conditionKeys, isAboutAll } from './condition-config.ts'
import { FIELD_SOURCES } from './field-source.ts'
import { checkMetrics, countersList, histogramsList } from './metric-config.ts'
import { NameTemplate } from './name-template.ts'

const ACTIONS = ['drop', 'keep', 'sample'] as const
const NAME_PATTERN = '^[A-Za-z][A-Za-z0-9._-]{0,62}$'

/** The part of the collector's configuration that says what becomes of records between the queue and the index. */
export function shapeSection() {
  return section(
    'What becomes of records on their way from the queue to the index, in this order: redact, json, counters and histograms, rules, routes, attribute limits. It is done when they are taken from the queue, so that it holds for what waits there too. It is about records that came by OTLP; documents that came by `_bulk` are indexed as they are.',
    {
      redact: redactSection('Secrets in the text of records that are replaced before they are indexed.'),
      json: section(
        'Texts that are JSON objects become fields: the object is `body.structured`, its message is `body.text`, or else the text stays there; severity and ids of trace and span are taken from it where the record came without. What is no object stays a text.',
        {
          bodies: list(
            section('Texts of which records; all if there is no condition.', {
              ...conditionKeys(),
              keep_original: boolean({
                description: 'Whether the text is kept as it was too, as the attribute `log.record.original`.',
                default: false,
              }),
            }),
            { description: 'Which texts are read. The first entry that a record meets counts.', default: [] },
          ),
          max_depth: integer({
            description: 'Objects and lists in each other; what is deeper stays a text.',
            default: 10,
            minimum: 1,
            maximum: 20,
          }),
          max_fields: integer({
            description: 'Values of all objects and lists of a text; those behind are left out.',
            default: 200,
            minimum: 1,
            maximum: 10_000,
          }),
          max_bytes: size({
            description: 'A longer text is not looked into.',
            default: '64KiB',
            minimum: 2,
            maximum: 16 * 1024 ** 2,
          }),
          max_value_bytes: size({
            description:
              'Of a text in it; the rest is cut off. Elasticsearch refuses documents with longer ones than 32 KB.',
            default: '8KiB',
            minimum: 16,
            maximum: 32_000,
          }),
        },
      ),
      counters: countersList(),
      histograms: histogramsList(),
      max_series: integer({
        description:
          'Sets of labels of each counter and histogram; beyond, records count in one whose labels are `(other)`.',
        default: 1_000,
        minimum: 1,
        maximum: 100_000,
      }),
      rules: list(
        section('A record meets a rule if it meets all of its conditions.', {
          name: optional(
            text({
              description: 'Name in `records_dropped_total{reason="rule:<name>"}`; by default its place, from 1.',
              pattern: NAME_PATTERN,
            }),
          ),
          ...conditionKeys(),
          action: choice(ACTIONS, {
            description:
              '`drop` drops the record, `keep` keeps it, `sample` keeps one of `one_in`. No rule behind it counts.',
          }),
          one_in: optional(
            integer({
              description:
                'Of so many records one is kept, on average. Which ones depends on their ids, so that it is the same ones if they come again.',
              minimum: 2,
              maximum: 1_000_000,
            }),
          ),
        }),
        {
          description:
            'Which records are dropped. The first rule that a record meets decides; one that meets none is kept.',
          default: [],
        },
      ),
      attribute_limits: section(
        "Limits on the attributes that are a record's own; without one there is none. What is cut or left out says so or is counted. Conditions see the attributes as they came.",
        {
          max_attributes: optional(
            integer({ description: 'Of a record; those behind are left out, but never its id.', minimum: 1 }),
          ),
          max_depth: optional(
            integer({
              description: 'Lists and objects in each other; a deeper one becomes the text `[too deep]`.',
              minimum: 1,
            }),
          ),
          max_key_bytes: optional(size({ description: 'Of a key; the rest is cut off.', minimum: 8 })),
          max_value_bytes: optional(
            size({
              description: 'Of a value: a text is cut, a list or an object becomes the text `[too large]`.',
              minimum: 8,
            }),
          ),
        },
      ),
      routes: list(
        section(
          `Where records go that meet all of the conditions. A name may have fields in braces, as \`apps.{namespace}\`: ${FIELD_SOURCES}. What a name cannot have becomes \`_\`. A record that lacks such a field does not meet the route.`,
          {
            ...conditionKeys(),
            dataset: optional(
              text({ description: 'Dataset, in place of `elasticsearch.dataset`. It begins with a text of its own.' }),
            ),
            namespace: optional(text({ description: 'Namespace, in place of `elasticsearch.namespace`.' })),
          },
        ),
        {
          description:
            'Data streams for some records. The first route that a record meets decides. The index template is for all of them, and searches look in all of them.',
          default: [],
        },
      ),
    },
  )
}

export type ShapeConfig = Static<ReturnType<typeof shapeSection>>
export type ShapeRule = ShapeConfig['rules'][number]
export type JsonRule = ShapeConfig['json']['bodies'][number]
export type ShapeRoute = ShapeConfig['routes'][number]

/** What a rule is called. */
export function ruleName({ name }: ShapeRule, index: number): string {
  return name ?? String(index + 1)
}

/** Checks what the schema does not say. */
export function checkShape(shape: ShapeConfig, report: Report): void {
  checkRedact(shape.redact, ['shape', 'redact'], report)
  for (const [index, rule] of shape.json.bodies.entries())
    checkCondition(rule, ['shape', 'json', 'bodies', index], report)
  checkMetrics(shape, ['shape'], report)
  checkRules(shape.rules, ['shape', 'rules'], report)
  for (const [index, route] of shape.routes.entries()) checkRoute(route, ['shape', 'routes', index], report)
}

function checkRules(rules: readonly ShapeRule[], path: Path, report: Report): void {
  const names = new Set<string>()
  for (const [index, rule] of rules.entries()) {
    const here = [...path, index]
    const { name, action, one_in: oneIn } = rule
    if (name !== undefined && names.has(name)) report([...here, 'name'], `there is another rule "${name}"`)
    if (name !== undefined) names.add(name)
    if (action === 'sample' && oneIn === undefined) report([...here, 'action'], 'sample needs one_in')
    if (action !== 'sample' && oneIn !== undefined) report([...here, 'one_in'], 'one_in is for action: sample')
    if (action === 'drop' && isAboutAll(rule)) {
      report(here, 'the rule drops every record; name a condition or containers')
    }
    checkCondition(rule, here, report)
  }
}

function checkRoute(route: ShapeRoute, path: Path, report: Report): void {
  const { dataset, namespace } = route
  if (dataset === undefined && namespace === undefined) report(path, 'a route needs dataset or namespace')
  for (const [kind, template] of Object.entries({ dataset, namespace })) {
    if (template === undefined) continue
    const { problem } = new NameTemplate(template, kind as 'dataset' | 'namespace')
    if (problem !== undefined) report([...path, kind], `${kind}: ${problem}`)
  }
  checkCondition(route, path, report)
}

import { type ContractCase, found, foundTyped } from '../contract-case.ts'
import { STREAM } from '../documents.ts'

const NANOS = 'strict_date_optional_time_nanos'
const few = { range: { 'attributes.seq': { lt: 12 } } }
const all = { range: { n: { lt: 60 } } }
const TAGS = { pre_tags: ['@HIGHLIGHT@'], post_tags: ['@/HIGHLIGHT@'] }

function fields(name: string, wanted: unknown, others: object = {}): ContractCase {
  return found(`fields: ${name}`, few, { fields: wanted, ...others })
}

function typed(name: string, wanted: unknown): ContractCase {
  return foundTyped(`fields: ${name}`, all, { fields: wanted, size: 60 })
}

function docvalues(name: string, wanted: unknown): ContractCase {
  return foundTyped(`docvalue_fields: ${name}`, all, { docvalue_fields: wanted, size: 60 })
}

function highlighted(name: string, query: object, spec: object, others: object = {}): ContractCase {
  return found(`highlight: ${name}`, query, { highlight: { ...TAGS, ...spec }, size: 6, ...others })
}

const everywhere = { fields: { '*': {} }, fragment_size: 2_147_483_647 }
const text = { fields: { 'body.text': { number_of_fragments: 0 } } }
const lucene = (query: string) => ({ query_string: { query, analyze_wildcard: true } })

export const FIELDS: readonly ContractCase[] = [
  found('_source: whole', few, { _source: true }),
  found('_source: one path', few, { _source: 'severity_text' }),
  found('_source: objects and patterns', few, { _source: ['body', 'attributes.*.status', 'resource.*.k8s.pod.name'] }),
  found('_source: without', few, { _source: { excludes: ['resource', 'attributes.s*'] } }),
  found('_source: with and without', few, { _source: { includes: ['attributes'], excludes: ['attributes.log*'] } }),
  found('_source: what nobody has', few, { _source: ['nothing.here'] }),
  {
    ...found('_source: by URL', few),
    path: `/${STREAM}/_search?_source_includes=scope.*,trace_id&_source_excludes=scope.name`,
  },
  fields('a keyword', ['severity_text']),
  fields('an alias', ['log.level', 'message']),
  fields('a time', [{ field: '@timestamp', format: NANOS }]),
  fields('a time in milliseconds', [{ field: '@timestamp', format: 'epoch_millis' }]),
  fields('a time as it is', ['@timestamp', 'observed_timestamp']),
  fields('a pattern', ['scope.*', 'attributes.http*']),
  fields('numbers', ['attributes.seq', 'attributes.duration_ms', 'attributes.sizes', 'severity_number']),
  fields('booleans and texts', ['attributes.cached', 'attributes.user', 'attributes.tags']),
  fields('what nobody has', ['attributes.nobody']),
  fields('a flattened field', ['resource.attributes.k8s.pod.label']),
  fields('a key of a flattened field', ['resource.attributes.k8s.pod.label.app']),
  typed('every type', ['when', 'at', 'level', 'text', 'count', 'small', 'ratio', 'ok', 'lvl', 'text.raw']),
  typed('a pattern over types', ['*']),
  typed('dates with a format', [
    { field: 'when', format: 'strict_date_optional_time' },
    { field: 'at', format: 'epoch_millis' },
  ]),
  docvalues('numbers and keywords', ['count', 'small', 'level', 'ok']),
  docvalues('doubles', ['ratio']),
  docvalues('dates', ['when', 'at']),
  docvalues('dates in milliseconds', [
    { field: 'when', format: 'epoch_millis' },
    { field: 'at', format: 'epoch_millis' },
  ]),
  docvalues('a multi-field and an alias', ['text.raw', 'lvl']),
  docvalues('a pattern', ['sm*']),
  highlighted('a word', lucene('message:disk'), everywhere),
  highlighted('a phrase', lucene('message:"connection refused"'), everywhere),
  highlighted('a wildcard', lucene('message:upstr*'), everywhere),
  highlighted('a regular expression', lucene('message:/retr(y|ying)/'), everywhere),
  highlighted('a keyword', lucene('severity_text:ERROR AND message:disk'), everywhere),
  highlighted('several words', lucene('message:(disk OR full OR refused)'), everywhere),
  highlighted('not what is excluded', lucene('message:disk AND NOT message:sda1'), everywhere),
  highlighted('one field', { match: { message: 'disk' } }, text),
  highlighted(
    'fields that the query does not name',
    { match: { message: 'refused' } },
    { ...text, require_field_match: false },
  ),
  highlighted('capitals and accents', { match: { message: 'grüße KÖLN' } }, text),
  highlighted(
    'default tags',
    { match: { message: 'disk' } },
    { fields: { 'body.text': { number_of_fragments: 0 } }, pre_tags: ['<em>'], post_tags: ['</em>'] },
  ),
  highlighted('a range marks nothing', { range: { 'attributes.seq': { lt: 5 } } }, everywhere),
  highlighted('an alias as field', { match: { message: 'disk' } }, { fields: { message: { number_of_fragments: 0 } } }),
  highlighted('several lines', { match: { message: 'queue' } }, text),
  highlighted('a phrase with a prefix', { match_phrase_prefix: { message: 'timed ou' } }, text),
]

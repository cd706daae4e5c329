import { illegalArgument } from '../../elasticsearch-error.ts'
import type { Index } from '../../index/indices.ts'
import type { IndexPlan } from '../../mapping/templates.ts'
import { anyOf, type Condition, type FieldQuery, fieldName, type Query } from '../query/query.ts'
import { DEFAULT_FIELDS } from '../query/query-string-query.ts'
import { BeforeBlockQuery } from './before-query.ts'
import { ALL_ROWS, type BlockQuery, NO_ROWS } from './block-query.ts'
import { boolQuery } from './bool-query.ts'
import { fieldQuery } from './field-query.ts'
import { IdBlockQuery } from './id-query.ts'
import { TimeBlockQuery } from './time-query.ts'
import { createTest, type TestContext } from './value-test.ts'

/** An index that is searched, with what is known of its fields. */
export interface Target {
  readonly index: Index
  readonly plan: IndexPlan
}

/**
 * Makes a query ready for the blocks of an index.
 *
 * @throws ElasticsearchError for a value that does not fit its field
 */
export function compileQuery(query: Query, target: Target, context: TestContext): BlockQuery {
  const compile = (part: Query) => compileQuery(part, target, context)
  switch (query.kind) {
    case 'all':
      return ALL_ROWS
    case 'none':
      return NO_ROWS
    case 'before':
      return new BeforeBlockQuery(query.sequence)
    case 'ids':
      return new IdBlockQuery(query.ids, target.index.kind === 'data_stream')
    case 'bool':
      return boolQuery({
        must: query.must.map(compile),
        should: query.should.map(compile),
        mustNot: query.mustNot.map(compile),
        minimumShould: query.minimumShould,
      })
    case 'field':
      return compileField(query, target, context)
  }
}

function compileField(query: FieldQuery, target: Target, context: TestContext): BlockQuery {
  const { name } = query.field
  if (query.field === DEFAULT_FIELDS) {
    const named = (target.plan.settings.get('index.query.default_field') ?? '*').split(',').map(fieldName)
    return compileQuery(anyOf(named.map((field): Query => ({ ...query, field, lenient: true }))), target, context)
  }
  if (name === '_index') return indexQuery(query.condition, target.index, context)
  if (name === '_id') return idQuery(query.condition, target.index)
  if (name === '@timestamp' && target.index.kind === 'data_stream') return timeQuery(query, target, context)
  return fieldQuery(query, target.plan.mapping, context)
}

function timeQuery(query: FieldQuery, { plan }: Target, context: TestContext): BlockQuery {
  const type = plan.mapping.timestamp
  if (query.condition.kind === 'exists') return ALL_ROWS
  if (type.family !== 'date') return fieldQuery(query, plan.mapping, context)
  try {
    const { between } = createTest(query.condition, type, context)
    if (between !== undefined) return new TimeBlockQuery(between, type.name === 'date')
  } catch (error) {
    if (query.lenient) return NO_ROWS
    throw error
  }
  return fieldQuery(query, plan.mapping, context)
}

function indexQuery(condition: Condition, { name, shownName }: Index, context: TestContext): BlockQuery {
  if (condition.kind === 'exists') return ALL_ROWS
  const matches = [name, shownName].some((value) =>
    createTest(condition, { family: 'constant', name: 'constant_keyword', value }, context).matches(value),
  )
  return matches ? ALL_ROWS : NO_ROWS
}

function idQuery(condition: Condition, { kind }: Index): BlockQuery {
  switch (condition.kind) {
    case 'exists':
      return ALL_ROWS
    case 'term':
      return new IdBlockQuery(new Set([condition.value]), kind === 'data_stream')
    case 'terms':
      return new IdBlockQuery(condition.values, kind === 'data_stream')
    case 'match':
    case 'phrase':
      return new IdBlockQuery(new Set([condition.text]), kind === 'data_stream')
    default:
      throw illegalArgument(`Field [_id] of type [_id] does not support ${condition.kind} queries`)
  }
}

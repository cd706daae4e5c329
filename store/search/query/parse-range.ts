import { illegalArgument, parsingError } from '../../elasticsearch-error.ts'
import type { JsonObject } from '../../mapping/json-object.ts'
import { parseDateFormats } from '../../time/parse-date.ts'
import { parseZone, UTC, type Zone } from '../../time/zone.ts'
import type { Query, RangeBound } from './query.ts'
import { optionalText, requireObject, requireQueryKeys, scalarText, singleField } from './query-object.ts'

export function parseRange(body: unknown): Query {
  const [name, said] = singleField('range', body, ['boost', '_name'])
  const options = requireObject('range', said)
  requireQueryKeys('range', options, [
    ...['gte', 'gt', 'lte', 'lt', 'format', 'time_zone', 'relation', 'boost', '_name'],
  ])
  if (options.relation !== undefined && String(options.relation).toUpperCase() !== 'INTERSECTS')
    throw parsingError(
      `[range] query: [relation] of [${String(options.relation)}] is for range fields, which this store does not have`,
    )
  const condition = {
    kind: 'range',
    from: bound(options, 'gte', 'gt'),
    to: bound(options, 'lte', 'lt'),
    format: rangeFormat(options.format),
    zone: zoneOf('range', options.time_zone),
  } as const
  return { kind: 'field', field: { name, isPattern: false }, condition, lenient: false }
}

function bound(options: JsonObject, inclusiveKey: string, exclusiveKey: string): RangeBound | undefined {
  const said = (
    [
      [inclusiveKey, true],
      [exclusiveKey, false],
    ] as const
  ).filter(([key]) => options[key] !== undefined && options[key] !== null)
  const [first, second] = said
  if (first === undefined) return undefined
  if (second !== undefined)
    throw parsingError(`[range] query: [${first[0]}] and [${second[0]}] are two bounds of one side`)
  return { value: scalarText('range', options[first[0]]), inclusive: first[1] }
}

function rangeFormat(value: unknown): string | undefined {
  const format = optionalText('range', 'format', value)
  if (format !== undefined && parseDateFormats(format) === undefined)
    throw illegalArgument(`[range] query: ${unknownFormat(format)}`)
  return format
}

/** What is said of a date format that this store does not have. */
export function unknownFormat(format: string): string {
  return `Invalid format: [${format}]: this store knows the named ISO 8601 formats, epoch_millis and epoch_second`
}

/** @throws ElasticsearchError that names a zone which does not exist */
export function zoneOf(name: string, value: unknown): Zone {
  const text = optionalText(name, 'time_zone', value)
  if (text === undefined) return UTC
  const zone = parseZone(text)
  if (zone === undefined) throw illegalArgument(`[${name}]: failed to parse [time_zone] of [${text}]`)
  return zone
}

import { illegalArgument } from '../elasticsearch-error.ts'
import { indexSizes } from '../index/index-sizes.ts'
import { simplePattern } from '../mapping/json-object.ts'
import { EXPRESSION_PARAMETERS, resolveIndices } from './index-expression.ts'
import { type ApiAnswer, type ApiRequest, answer, type Route } from './route.ts'
import type { StatsRoutesOptions } from './stats-routes.ts'
import { parseFlag } from './time-value.ts'

const PARAMETERS = [
  'format',
  'h',
  'v',
  's',
  'bytes',
  'help',
  'time',
  'local',
  'master_timeout',
  ...EXPRESSION_PARAMETERS,
]
const UNITS: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 }

/** A line of a table: texts and numbers by column; bytes are numbers. */
type Line = Readonly<Record<string, string | number>>

interface Table {
  readonly columns: readonly string[]
  /** Columns of bytes. */
  readonly sizes: readonly string[]
  readonly lines: readonly Line[]
}

/** `_cat`: tables for people at a terminal, or as JSON. */
export function catRoutes(options: StatsRoutesOptions): Route[] {
  const table = (path: string, make: (request: ApiRequest) => Table): Route => ({
    methods: ['GET'],
    path,
    parameters: [...PARAMETERS, 'health', 'pri', 'expand_wildcards', 'include_unloaded_segments', 'ts'],
    handle: (request) => show(make(request), request.parameters),
  })
  const indices = (request: ApiRequest) => indicesTable(options, request)
  const count = (request: ApiRequest) => countTable(options, request)
  return [
    table('/_cat/indices', indices),
    table('/_cat/indices/{index}', indices),
    table('/_cat/count', count),
    table('/_cat/count/{index}', count),
    table('/_cat/health', () => healthTable(options.indices.all.length)),
  ]
}

function indicesTable({ indices, files }: StatsRoutesOptions, request: ApiRequest): Table {
  const sizes = indexSizes(files)
  const lines = resolveIndices(indices, request).map(({ uid, shownName }): Line => {
    const { documents = 0, bytes = 0 } = sizes.get(uid) ?? {}
    return {
      ...{ health: 'green', status: 'open', index: shownName, uuid: uid.toString(36), pri: 1, rep: 0 },
      ...{ 'docs.count': documents, 'docs.deleted': 0 },
      ...{ 'store.size': bytes, 'pri.store.size': bytes, 'dataset.size': bytes },
    }
  })
  return {
    columns: [
      ...['health', 'status', 'index', 'uuid', 'pri', 'rep', 'docs.count', 'docs.deleted'],
      ...['store.size', 'pri.store.size', 'dataset.size'],
    ],
    sizes: ['store.size', 'pri.store.size', 'dataset.size'],
    lines,
  }
}

function countTable({ indices, files }: StatsRoutesOptions, request: ApiRequest): Table {
  const sizes = indexSizes(files)
  const count = resolveIndices(indices, request).reduce((sum, { uid }) => sum + (sizes.get(uid)?.documents ?? 0), 0)
  return { columns: ['count'], sizes: [], lines: [{ count }] }
}

function healthTable(shards: number): Table {
  const line: Line = {
    cluster: 'vedette',
    status: 'green',
    'node.total': 1,
    'node.data': 1,
    shards,
    pri: shards,
    relo: 0,
    init: 0,
    unassign: 0,
  }
  return { columns: Object.keys(line), sizes: [], lines: [line] }
}

function show(table: Table, parameters: ReadonlyMap<string, string>): ApiAnswer {
  const columns = chosenColumns(table, parameters.get('h'))
  const printed = sorted(table, parameters.get('s')).map((line) =>
    columns.map((column): [string, string] => [
      column,
      table.sizes.includes(column) ? printBytes(Number(line[column]), parameters.get('bytes')) : String(line[column]),
    ]),
  )
  if (parameters.get('format') === 'json')
    return answer(JSON.stringify(printed.map((line) => Object.fromEntries(line))))
  const rows = printed.map((line) => line.map(([, text]) => text))
  if (parseFlag(parameters.get('v'), 'v', false)) rows.unshift([...columns])
  const widths = columns.map((_, place) => Math.max(0, ...rows.map((row) => row[place]!.length)))
  const isNumber = columns.map((column) => typeof table.lines[0]?.[column] === 'number')
  const text = rows.map((row) =>
    row.map((cell, place) => (isNumber[place] ? cell.padStart(widths[place]!) : cell.padEnd(widths[place]!))).join(' '),
  )
  return { ...answer(text.map((line) => `${line}\n`).join('')), type: 'text/plain; charset=UTF-8' }
}

function chosenColumns({ columns }: Table, wanted: string | undefined): readonly string[] {
  if (wanted === undefined) return columns
  return wanted.split(',').flatMap((name) => columns.filter(simplePattern(name)))
}

function sorted({ columns, lines }: Table, by: string | undefined): readonly Line[] {
  if (by === undefined) return lines
  const keys = by.split(',').map((part) => {
    const [column = '', order = 'asc'] = part.split(':')
    if (!columns.includes(column)) throw illegalArgument(`Unable to sort by unknown sort key \`${column}\``)
    return { column, sign: order === 'desc' ? -1 : 1 }
  })
  return lines.toSorted((a, b) => {
    for (const { column, sign } of keys) {
      const [left, right] = [a[column]!, b[column]!]
      if (left !== right) return (left < right ? -1 : 1) * sign
    }
    return 0
  })
}

/** In a unit as a bare number, or in the largest one that fits, with one digit after the point. */
function printBytes(bytes: number, unit: string | undefined): string {
  const size = unit === undefined ? undefined : UNITS[unit]
  if (size !== undefined) return String(Math.floor(bytes / size))
  const [name, factor] = Object.entries(UNITS).findLast(([, value]) => bytes >= value) ?? ['b', 1]
  return `${name === 'b' ? bytes : (Math.floor((bytes / factor) * 10) / 10).toString()}${name}`
}

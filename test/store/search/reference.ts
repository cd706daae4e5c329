/**
 * What Elasticsearch's documentation says of queries, sorts and aggregations, in the plainest way: every document is
 * looked at as an object, one by one. It shares no code with the store.
 */
export interface ReferenceDocument {
  readonly id: string
  readonly sequence: number
  readonly timeNs: bigint
  readonly source: Record<string, unknown>
}

export type ReferenceType = 'keyword' | 'text' | 'long' | 'double' | 'boolean' | 'date' | 'date_nanos'
// biome-ignore lint/suspicious/noExplicitAny: queries come as they are written
type Json = any
type Value = string | number | bigint

/** Mirrors the mapping that the tests give to the store. */
export const TYPES: Readonly<Record<string, ReferenceType>> = {
  '@timestamp': 'date_nanos',
  message: 'text',
  level: 'keyword',
  count: 'long',
  ratio: 'double',
  ok: 'boolean',
  when: 'date',
}
export const IGNORE_ABOVE = 12

function leaves(value: unknown, path: string, into: [string, unknown][]): void {
  if (Array.isArray(value)) for (const item of value) leaves(item, path, into)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) leaves(item, path === '' ? key : `${path}.${key}`, into)
  } else into.push([path, value])
}

/** Texts of a field and its type, of a document. */
function textsOf({ source }: ReferenceDocument, name: string): { type: ReferenceType; text: string }[] {
  const all: [string, unknown][] = []
  leaves(source, '', all)
  const path = name === 'lvl' ? 'level' : name
  return all.flatMap(([at, value]) => {
    if (value === null) return []
    const text = String(value)
    if (path === 'labels' ? at.startsWith('labels.') : at === path && at.startsWith('labels.'))
      return [{ type: 'keyword' as const, text }]
    if (at === path && TYPES[at] !== undefined) return [{ type: TYPES[at], text }]
    if (typeof value === 'string' && at === path && at === 'dyn') return [{ type: 'text' as const, text }]
    if (typeof value === 'string' && path === 'dyn.keyword' && at === 'dyn') return [{ type: 'keyword' as const, text }]
    return []
  })
}

export function wordsIn(text: string): string[] {
  const words: string[] = []
  let word = ''
  for (const character of text) {
    const isHan = /[\p{sc=Han}\p{sc=Hiragana}]/u.test(character)
    if (isHan && word !== '') words.push(word.toLowerCase())
    if (isHan) {
      word = ''
      words.push(character)
    } else if (/[\p{L}\p{M}\p{N}_]/u.test(character)) word += character
    else if (word !== '') {
      words.push(word.toLowerCase())
      word = ''
    }
  }
  if (word !== '') words.push(word.toLowerCase())
  return words
}

function dateNs(text: string, up: boolean): bigint {
  if (/^\d{10,}$/.test(text)) return BigInt(text) * 1_000_000n + (up ? 999_999n : 0n)
  const [date = '', time] = text.replace('Z', '').split('T')
  if (time === undefined)
    return BigInt(Date.parse(`${date}T00:00:00Z`)) * 1_000_000n + (up ? 86_400_000_000_000n - 1n : 0n)
  const [clock = '', fraction = ''] = time.split('.')
  const ns = BigInt(Date.parse(`${date}T${clock}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
  return up && fraction === '' ? ns + 999_999_999n : ns
}

function typedValue(type: ReferenceType, text: string): Value | undefined {
  switch (type) {
    case 'long': {
      const number = Number(text)
      return Number.isSafeInteger(Math.trunc(number)) ? Math.trunc(number) : BigInt(text)
    }
    case 'double':
      return Number(text)
    case 'boolean':
      return text === 'true' ? 1 : 0
    case 'date':
      return (dateNs(text, false) / 1_000_000n) * 1_000_000n
    case 'date_nanos':
      return dateNs(text, false)
    case 'keyword':
      return text.length > IGNORE_ABOVE ? undefined : text
    default:
      return text
  }
}

export function valuesOf(document: ReferenceDocument, name: string): Value[] {
  return textsOf(document, name).flatMap(({ type, text }) => typedValue(type, text) ?? [])
}

function same(type: ReferenceType, text: string, wanted: unknown): boolean {
  const value = typedValue(type, text)
  if (value === undefined) return false
  if (type === 'text') return wordsIn(text).includes(String(wanted))
  if (type === 'keyword') return value === String(wanted)
  if (type === 'boolean') return value === (String(wanted) === 'true' ? 1 : 0)
  if (type === 'long' || type === 'double') return compare(value, Number(wanted)) === 0
  return compare(value, dateNs(String(wanted), false)) >= 0 && compare(value, dateNs(String(wanted), true)) <= 0
}

function inRange(type: ReferenceType, text: string, { gte, gt, lte, lt }: Json): boolean {
  const value = typedValue(type, text)
  if (value === undefined) return false
  const isDate = type === 'date' || type === 'date_nanos'
  const bound = (said: unknown, up: boolean): Value =>
    isDate
      ? dateNs(String(said), up)
      : type === 'keyword'
        ? String(said)
        : type === 'boolean'
          ? Number(String(said) === 'true')
          : Number(said)
  return (
    (gte === undefined || value >= bound(gte, false)) &&
    (gt === undefined || value > bound(gt, true)) &&
    (lte === undefined || value <= bound(lte, true)) &&
    (lt === undefined || value < bound(lt, false))
  )
}

function wildcard(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  if (pattern[0] === '*') return wildcard(pattern.slice(1), text) || (text !== '' && wildcard(pattern, text.slice(1)))
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && wildcard(pattern.slice(1), text.slice(1))
}

function anyText(document: ReferenceDocument, field: string, test: (text: string) => boolean): boolean {
  return textsOf(document, field).some(({ type, text }) =>
    type === 'text' ? wordsIn(text).some(test) : typedValue(type, text) !== undefined && test(text),
  )
}

function follows(words: readonly string[], phrase: readonly string[]): boolean {
  return words.some((_, at) => phrase.every((word, place) => words[at + place] === word))
}

export function matches(document: ReferenceDocument, query: Json): boolean {
  const [[kind, body]] = Object.entries(query) as [[string, Json]]
  const [field = '', said] = (Object.entries(body)[0] ?? []) as [string, Json]
  switch (kind) {
    case 'match_all':
      return true
    case 'bool': {
      const should: Json[] = body.should ?? []
      const minimum = body.minimum_should_match ?? (should.length > 0 && !body.must && !body.filter ? 1 : 0)
      return (
        [...(body.must ?? []), ...(body.filter ?? [])].every((part: Json) => matches(document, part)) &&
        !(body.must_not ?? []).some((part: Json) => matches(document, part)) &&
        should.filter((part) => matches(document, part)).length >= minimum
      )
    }
    case 'term':
      return textsOf(document, field).some(({ type, text }) => same(type, text, said))
    case 'terms':
      return textsOf(document, field).some(({ type, text }) => said.some((one: unknown) => same(type, text, one)))
    case 'range':
      return textsOf(document, field).some(({ type, text }) => inRange(type, text, said))
    case 'exists':
      return textsOf(document, body.field).some(
        ({ type, text }) => type === 'text' || typedValue(type, text) !== undefined,
      )
    case 'prefix':
      return anyText(document, field, (text) => text.startsWith(said))
    case 'wildcard':
      return anyText(document, field, (text) => wildcard(said.value, text))
    case 'match': {
      const texts = textsOf(document, field)
      if (texts[0]?.type !== 'text') return texts.some(({ type, text }) => same(type, text, said.query))
      const present = texts.flatMap(({ text }) => wordsIn(text))
      const wanted = wordsIn(said.query)
      if (wanted.length === 0) return false
      const found = wanted.filter((word) => present.includes(word)).length
      return said.operator === 'and' ? found === wanted.length : found > 0
    }
    case 'match_phrase': {
      const phrase = wordsIn(said)
      return phrase.length > 0 && textsOf(document, field).some(({ text }) => follows(wordsIn(text), phrase))
    }
    case 'ids':
      return body.values.includes(document.id)
    default:
      throw new Error(`the reference does not know ${kind}`)
  }
}

export function compare(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Documents in the order of a sort of single-key objects. */
export function sorted(documents: readonly ReferenceDocument[], sort: readonly Json[]): ReferenceDocument[] {
  const keys = sort.map((part) => {
    const [field, options] = Object.entries(part)[0] as [string, Json]
    return { field, descending: options.order === 'desc', first: options.missing === '_first' }
  })
  const keyOf = (document: ReferenceDocument, { field, descending }: (typeof keys)[number]): Value | undefined => {
    if (field === '_doc') return document.sequence
    const values = valuesOf(document, field).sort(compare)
    return descending ? values.at(-1) : values[0]
  }
  return documents.toSorted((a, b) => {
    for (const key of keys) {
      const [left, right] = [keyOf(a, key), keyOf(b, key)]
      if (left === undefined && right === undefined) continue
      if (left === undefined || right === undefined) return (left === undefined) === key.first ? -1 : 1
      const order = compare(left, right)
      if (order !== 0) return key.descending ? -order : order
    }
    return keys[0]?.descending === true ? b.sequence - a.sequence : a.sequence - b.sequence
  })
}

/** What aggregations answer, without what only Elasticsearch's shards explain. */
export function aggregate(documents: readonly ReferenceDocument[], aggs: Json): Json {
  return Object.fromEntries(Object.entries(aggs).map(([name, agg]) => [name, aggregateOne(documents, agg as Json)]))
}

function aggregateOne(documents: readonly ReferenceDocument[], agg: Json): Json {
  const { aggs = {}, ...types } = agg
  const [type, options] = Object.entries(types)[0] as [string, Json]
  const numbers = () =>
    documents.flatMap((document) =>
      valuesOf(document, options.field).flatMap((value) => (typeof value === 'string' ? [] : Number(value))),
    )
  switch (type) {
    case 'terms': {
      const groups = new Map<Value, ReferenceDocument[]>()
      for (const document of documents) {
        const values = new Set(valuesOf(document, options.field))
        if (values.size === 0 && options.missing !== undefined) values.add(options.missing)
        for (const value of values) groups.set(value, [...(groups.get(value) ?? []), document])
      }
      const byKey = options.order?._key !== undefined
      const all = [...groups].sort(([a, left], [b, right]) => {
        if (byKey) return options.order._key === 'desc' ? compare(b, a) : compare(a, b)
        return right.length - left.length || compare(a, b)
      })
      const shown = all.slice(0, options.size ?? 10)
      return {
        others: all.slice(shown.length).reduce((sum, [, group]) => sum + group.length, 0),
        buckets: shown.map(([key, group]) => ({ key, count: group.length, ...aggregate(group, aggs) })),
      }
    }
    case 'date_histogram': {
      const interval = { '1h': 3_600_000, '1d': 86_400_000, '90s': 90_000 }[options.fixed_interval as '1h']
      const groups = new Map<number, ReferenceDocument[]>()
      for (const document of documents) {
        const keys = new Set(
          valuesOf(document, options.field).map(
            (value) => Math.floor(Number((value as bigint) / 1_000_000n) / interval) * interval,
          ),
        )
        for (const key of keys) groups.set(key, [...(groups.get(key) ?? []), document])
      }
      const keys = [...groups.keys()].sort((a, b) => a - b)
      const filled: number[] = []
      if (options.min_doc_count === 1) filled.push(...keys)
      else for (let key = keys[0] ?? 1; key <= (keys.at(-1) ?? 0); key += interval) filled.push(key)
      return {
        buckets: filled.map((key) => ({
          key,
          count: groups.get(key)?.length ?? 0,
          ...aggregate(groups.get(key) ?? [], aggs),
        })),
      }
    }
    case 'filter': {
      const group = documents.filter((document) => matches(document, options))
      return { count: group.length, ...aggregate(group, aggs) }
    }
    case 'value_count':
      return documents.reduce((sum, document) => sum + valuesOf(document, options.field).length, 0)
    case 'cardinality':
      return new Set(documents.flatMap((document) => valuesOf(document, options.field))).size
    case 'min':
      return numbers().reduce<number | null>((best, value) => (best === null || value < best ? value : best), null)
    case 'max':
      return numbers().reduce<number | null>((best, value) => (best === null || value > best ? value : best), null)
    case 'sum':
      return numbers().reduce((sum, value) => sum + value, 0)
    default:
      throw new Error(`the reference does not know ${type}`)
  }
}

/** Where the store answers otherwise than Elasticsearch, and why. */
export interface Difference {
  /** What a user sees. */
  readonly what: string
  readonly why: string
  /** Names of the cases of `test/store/contract/` that show it: it fails if one of them does not, or another one does. */
  readonly cases: readonly string[]
}

export const DIFFERENCES: readonly Difference[] = [
  {
    what: 'A word ends at every character that is no letter, digit or underscore: `10.0.1.7` is four words, `com.example.Queue` three. Elasticsearch keeps points, colons and apostrophes between letters, and points and commas between digits, within a word.',
    why: 'So `Queue` is found in a stack trace, and a part of an address without wildcards. For all of it, in this order, ask for the phrase: `"10.0.1.7"`.',
    cases: ['query_string message:10.0.1.7', 'highlight: several lines'],
  },
  {
    what: '`terms` with `min_doc_count` of 0 has no buckets of values that no matching document has.',
    why: 'Blocks without a match are not read; finding every value that was ever there would read all of them.',
    cases: ['terms: min_doc_count of 0'],
  },
  {
    what: '`cardinality` of a key of a flattened field counts its values; Elasticsearch 9.5 answers 0.',
    why: 'It is what was asked for.',
    cases: ['cardinality: a key of a flattened field'],
  },
  {
    what: 'A flattened field in `fields` is the object as it was sent, without nulls; Elasticsearch makes lists of one value single values.',
    why: 'The object is read from the document.',
    cases: ['fields: a pattern over types'],
  },
  {
    what: 'The aggregations `global`, `composite` and `top_hits` are refused.',
    why: 'They are not needed by Grafana, by the collector or by its page: `search_after` pages over documents, `terms` with `include` over values.',
    cases: ['global', 'composite', 'composite: the next page', 'top_hits'],
  },
  {
    what: '`_mapping` says the type of each field and nothing else of it, shows objects without a type, and `@timestamp` in every index.',
    why: 'Clients read it to offer fields; what else a mapping says is in the index template.',
    cases: ['_mapping'],
  },
  {
    what: 'A text that is no number finds nothing in a field that no template names; Elasticsearch refuses the query.',
    why: 'Such a field has no type of its own: each of its values has one.',
    cases: ['refused: range of a text that is no number'],
  },
  {
    what: 'A regular expression in `query_string` that is none is refused.',
    why: 'An answer without hits would look as if nothing was there. Patterns are RE2’s everywhere.',
    cases: ['refused: query_string: a regular expression that is none'],
  },
  {
    what: 'Of a key that a request body has twice the last one counts; Elasticsearch refuses the body.',
    why: 'Search bodies are read by the parser of JavaScript, which does not tell.',
    cases: ['refused: a key twice'],
  },
]

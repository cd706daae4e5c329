import { parseDuration } from '#lib/duration.ts'
import type { PatternSpec } from '../multiline/pattern-rule.ts'
import { type AnnotationContext, quoteValue, type Wishes } from './wishes.ts'

const PREFIX = 'co.elastic.logs'
/** Filebeat's defaults. */
const MAX_LINES = 500
const TIMEOUT_MS = 5_000
/** An open record holds back the checkpoint. */
const LONGEST_TIMEOUT_MS = 60_000
/** What would do something to the records, or find others. Modules are left to the parser, which tells formats itself. */
const UNSUPPORTED = /^(?:raw|processors|pipeline|include_lines|exclude_lines|\d+)(?:\.|$)/

interface Hint {
  readonly key: string
  readonly value: string
}

/**
 * Filebeat's hints: `co.elastic.logs/<hint>` for the pod and `co.elastic.logs.<container>/<hint>` for one container, which
 * goes before, hint by hint. Those that can start an input (`raw`), and those that filter, are not followed.
 */
export function readElasticAnnotations(context: AnnotationContext, wishes: Wishes): void {
  const { allows, refuse } = context
  const hints = findHints(context)
  const enabled = hints.get('enabled')
  if (enabled !== undefined && allows('exclude')) {
    const isEnabled = parseGoBoolean(enabled.value)
    if (isEnabled === undefined) refuse(enabled.key, `${quoteValue(enabled.value)} is no boolean`)
    else for (const stream of [0, 1] as const) wishes.exclude[stream] ??= !isEnabled
  }
  if (allows('parser') && [...hints.keys()].some((name) => name.startsWith('json.'))) {
    for (const stream of [0, 1] as const) wishes.parser[stream] ??= 'json'
  }
  if (allows('multiline')) wishes.multiline ??= readMultiline(hints, context)
  for (const [name, { key }] of hints) if (UNSUPPORTED.test(name)) refuse(key, 'it is not supported')
}

function findHints({ pod, container }: AnnotationContext): ReadonlyMap<string, Hint> {
  const hints = new Map<string, Hint>()
  for (const prefix of [`${PREFIX}/`, `${PREFIX}.${container}/`]) {
    for (const [key, value] of pod.annotations) {
      if (key.startsWith(prefix)) hints.set(key.slice(prefix.length), { key, value: value.trim() })
    }
  }
  return hints
}

function readMultiline(hints: ReadonlyMap<string, Hint>, { rules, refuse }: AnnotationContext) {
  const pattern = hints.get('multiline.pattern')
  if (pattern === undefined) return undefined
  const spec = readPattern(hints, pattern)
  const result = typeof spec === 'string' ? { ok: false as const, problem: spec } : rules.withSpec(spec)
  if (result.ok) return result.rule
  refuse(pattern.key, result.problem)
  return undefined
}

/**
 * `after` appends lines that match to the one before, `before` puts them before the one behind; negated, those that do not
 * match. So either the line says that it goes on, or the one before it that it is not the last.
 */
function readPattern(hints: ReadonlyMap<string, Hint>, pattern: Hint): PatternSpec | string {
  const get = (name: string) => hints.get(`multiline.${name}`)?.value
  const type = get('type') ?? 'pattern'
  if (type !== 'pattern') return `multiline.type ${quoteValue(type)} is not supported`
  const unsupported = ['flush_pattern', 'skip_newline', 'count_lines'].find((name) => get(name) !== undefined)
  if (unsupported !== undefined) return `multiline.${unsupported} is not supported`
  const isNegated = parseGoBoolean(get('negate') ?? 'false')
  if (isNegated === undefined) return 'multiline.negate is no boolean'
  const maxLines = Number(get('max_lines') ?? MAX_LINES)
  if (!Number.isInteger(maxLines) || maxLines < 1) return 'multiline.max_lines is no number of lines'
  const flushAfterMs = parseDuration(get('timeout') ?? `${TIMEOUT_MS}ms`)
  if (flushAfterMs === undefined) return 'multiline.timeout is no duration'
  const match = get('match')
  if (match !== 'after' && match !== 'before') return 'multiline.match is neither after nor before'
  const patterns =
    match === 'after'
      ? isNegated
        ? { start: pattern.value }
        : { continue: pattern.value }
      : { end: pattern.value, negate: !isNegated }
  return { ...patterns, maxLines, flushAfterMs: Math.min(flushAfterMs, LONGEST_TIMEOUT_MS) }
}

/** As strconv.ParseBool does; undefined for what it refuses. */
function parseGoBoolean(text: string): boolean | undefined {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true
  return /^(?:0|f|F|FALSE|false|False)$/.test(text) ? false : undefined
}

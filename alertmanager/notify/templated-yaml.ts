import { parseDocument } from 'yaml'
import type { Json } from '../json.ts'

/** Of a long text only JSON is read: YAML takes seconds for what JSON does in milliseconds, and everybody waits for it. */
const LONGEST_YAML = 64 * 1024
const MAX_DEPTH = 64

/**
 * Renders the texts and the keys of a YAML value. What a text renders to is read as YAML in turn, and put in its place
 * unless it is a text: `{{ .Alerts | toJson }}` becomes a list. Keys are sorted, as Go writes them.
 *
 * Upstream takes the texts of what it has put in place for templates once more. We don't: they come from alerts.
 */
export function renderYaml(value: unknown, render: (source: string) => string): Json {
  const visit = (part: unknown): Json => {
    if (typeof part === 'string') return readInserted(render(part))
    if (Array.isArray(part)) return part.map(visit)
    if (!isMapping(part)) return scalar(part)
    return sorted(Object.entries(part).map(([name, item]) => [render(name), visit(item)]))
  }
  return visit(value)
}

function readInserted(text: string): Json {
  const parsed = parse(text)
  return parsed === undefined || typeof parsed === 'string' ? text : plain(parsed, 0)
}

/** Undefined if the text is no YAML. */
function parse(text: string): unknown {
  if (/^\s*[[{]/.test(text)) {
    try {
      return JSON.parse(text)
    } catch {
      // Flow style without quotes may still be YAML.
    }
  }
  if (text.length > LONGEST_YAML) return undefined
  try {
    const document = parseDocument(text, {
      ...{ version: '1.1', merge: true, prettyErrors: false, logLevel: 'silent' },
      customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !isTime(tag)),
    })
    return document.errors.length > 0 ? undefined : (document.toJS({ maxAliasCount: 100 }) as unknown)
  } catch {
    return undefined
  }
}

/** Dates, and numbers such as 12:30, are texts to upstream's YAML. */
function isTime({ tag, format }: { readonly tag: string; readonly format?: string }): boolean {
  return format === 'TIME' || tag === 'tag:yaml.org,2002:timestamp'
}

/** What YAML knows beyond JSON becomes a text: dates, sets, bytes, numbers that are none. */
function plain(value: unknown, depth: number): Json {
  if (depth > MAX_DEPTH) return null
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1))
  if (!isMapping(value)) return scalar(value)
  return sorted(Object.entries(value).map(([name, item]) => [name, plain(item, depth + 1)]))
}

function scalar(value: unknown): Json {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return String(value)
}

function sorted(members: readonly (readonly [name: string, value: Json])[]): Json {
  return Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b))))
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

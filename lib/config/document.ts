import { readFileSync } from 'node:fs'
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parse, parseDocument } from 'yaml'
import { messageOf } from '../errors.ts'
import type { Diagnostic, Path } from './diagnostic.ts'

export interface DocumentOptions {
  /** How messages name the document: a path or a flag. */
  readonly origin: string
  readonly text: string
  /** Replace `${NAME}` and `${file:/path}` in values. */
  readonly expand: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** Alertmanager's files are YAML 1.1 (`yes` is true); ours are 1.2. */
  readonly yamlVersion?: '1.1' | '1.2'
}

/** A parsed YAML text that still knows where everything stood. */
export interface ConfigDocument {
  readonly value: unknown
  readonly problems: readonly Diagnostic[]
  /** Builds a diagnostic at the key (`at: 'key'`) or the value of a path, or at the nearest parent that is in this text. */
  diagnose(path: Path, message: string, at?: 'key' | 'value'): Diagnostic
  /** Whether the path itself is written in this text. */
  has(path: Path): boolean
  /** What a scalar was before YAML gave it a type: `0500`, `yes`, `1e3`. */
  source(path: Path): string | undefined
}

interface Place {
  readonly key: readonly [number, number]
  readonly value: readonly [number, number]
  readonly source: string | undefined
}

export function parseConfigDocument(options: DocumentOptions): ConfigDocument {
  const { origin, text } = options
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    version: options.yamlVersion ?? '1.2',
    prettyErrors: false,
    merge: true,
  })
  const places = new Map<string, Place>()
  const problems: Diagnostic[] = []

  const at = (start: number, end: number, message: string): Diagnostic => {
    const { line, col } = lines.linePos(Math.min(start, text.length))
    const lineStart = lines.lineStarts[line - 1] ?? 0
    const newline = text.indexOf('\n', lineStart)
    const sourceLine = text.slice(lineStart, newline < 0 ? text.length : newline).replace(/\r$/, '')
    const length = Math.max(1, Math.min(end - start, sourceLine.length - col + 1))
    return { origin, line, column: col, length, sourceLine, message }
  }

  const read = (node: Node | null, path: Path, key: readonly [number, number]): unknown => {
    const resolved = isAlias(node) ? (node.resolve(document) ?? null) : node
    const range = node?.range ?? null
    const place: Place = {
      key,
      value: range === null ? key : [range[0], Math.max(range[0], range[1])],
      source: isScalar(resolved) ? resolved.source : undefined,
    }
    places.set(path.join('\0'), place)
    if (isMap(resolved)) {
      const result: Record<string, unknown> = {}
      const own = resolved.items.filter((pair) => keyName(pair.key) !== MERGE)
      for (const pair of resolved.items) {
        if (keyName(pair.key) === MERGE) Object.assign(result, readMerged(pair.value as Node | null, path, key))
      }
      // What is merged stands for the same path; what is written here stands over it.
      places.set(path.join('\0'), place)
      for (const pair of own) {
        const name = keyName(pair.key)
        const keyRange = (pair.key as Node | null)?.range ?? [place.value[0], place.value[0]]
        const value = read(pair.value as Node | null, [...path, name], [keyRange[0], keyRange[1] ?? keyRange[0]])
        Object.defineProperty(result, name, { value, enumerable: true, writable: true, configurable: true })
      }
      return result
    }
    if (isSeq(resolved)) {
      return resolved.items.map((item, index) => {
        // What is missing in an entry is shown at the entry, as what is missing in a section is at its key.
        const range = (item as Node | null)?.range ?? place.value
        return read(item as Node | null, [...path, index], [range[0], range[1]])
      })
    }
    if (!isScalar(resolved)) return undefined
    if (!options.expand || typeof resolved.value !== 'string' || !resolved.value.includes('${')) return resolved.value
    const expanded = expand(resolved.value, options.env, (message) => problems.push(at(...place.value, message)))
    return resolved.type === 'PLAIN' ? plainScalar(expanded) : expanded
  }

  /** One mapping, or a list of them of which the first counts most. */
  const readMerged = (node: Node | null, path: Path, key: readonly [number, number]): object => {
    const resolved = isAlias(node) ? (node.resolve(document) ?? null) : node
    const parts = isSeq(resolved) ? resolved.items.toReversed() : [resolved]
    const values = parts.map((part) => read(part as Node | null, path, key))
    return Object.assign({}, ...values.filter((value) => typeof value === 'object'))
  }

  for (const error of document.errors) problems.push(at(error.pos[0], error.pos[1], error.message.split('\n')[0]!))
  const value = problems.length > 0 ? undefined : read(document.contents as Node | null, [], [0, 0])

  return {
    value,
    problems,
    has: (path) => places.has(path.join('\0')),
    source: (path) => places.get(path.join('\0'))?.source,
    diagnose(path, message, where = 'value') {
      for (let length = path.length; length > 0; length--) {
        const place = places.get(path.slice(0, length).join('\0'))
        if (place !== undefined)
          return at(...(where === 'key' || length < path.length ? place.key : place.value), message)
      }
      return at(0, 1, message)
    },
  }
}

const MERGE = '<<'

/** Keys are texts, as written: `on` is not `true`. */
function keyName(key: unknown): string {
  if (!isScalar(key)) return String(key)
  return key.source ?? (typeof key.value === 'symbol' ? MERGE : String(key.value))
}

/** An unquoted `${PORT}` is typed as if its value had been written there. */
function plainScalar(text: string): unknown {
  if (text.includes('\n')) return text
  try {
    const value: unknown = parse(text)
    return typeof value === 'object' && value !== null ? text : value
  } catch {
    return text
  }
}

/** Replaces `${NAME}` and `${file:/path}` (its content without the last newline); `$${` stands for a literal `${`. */
function expand(text: string, env: DocumentOptions['env'], report: (message: string) => void): string {
  return text.replace(/\$\$\{|\$\{([^}]*)\}/g, (whole, reference: string | undefined) => {
    if (reference === undefined) return '${'
    if (reference.startsWith('file:')) {
      try {
        return readFileSync(reference.slice(5), 'utf8').replace(/\r?\n$/, '')
      } catch (error) {
        report(`cannot read ${whole}: ${messageOf(error)}`)
        return ''
      }
    }
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(reference)) {
      report(`${whole} is neither \${NAME} nor \${file:/path}; write $\${ for a literal \${`)
      return ''
    }
    const value = env[reference]
    if (value === undefined) report(`environment variable ${reference} is not set`)
    return value ?? ''
  })
}

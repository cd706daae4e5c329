import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import type { Diagnostic, Path } from './diagnostic.ts'
import { type Environment, expand, plainScalar } from './expand.ts'

export interface DocumentOptions {
  /** How messages name the document: a path or a flag. */
  readonly origin: string
  readonly text: string
  /** Replace `${NAME}` and `${file:/path}` in values. */
  readonly expand: boolean
  readonly env: Environment
  /** Alertmanager's files are YAML 1.1 (`yes` is true); ours are 1.2. */
  readonly yamlVersion?: '1.1' | '1.2'
}

/** A parsed YAML text that still knows where everything stood. */
export interface ConfigDocument {
  /** Undefined if the text could not be read, or if there is nothing in it. */
  readonly value: unknown
  readonly problems: readonly Diagnostic[]
  /** Builds a diagnostic at the key (`at: 'key'`) or the value of a path, or at the nearest parent that is in this text. */
  diagnose(path: Path, message: string, at?: 'key' | 'value'): Diagnostic
  /** Whether the path itself is written in this text. */
  has(path: Path): boolean
  /** What a scalar was before YAML gave it a type: `0500`, `yes`, `1e3`; references are replaced. */
  source(path: Path): string | undefined
}

interface Place {
  readonly key: readonly [number, number]
  readonly value: readonly [number, number]
  readonly source: string | undefined
}

/** A configuration is a few levels deep; aliases can multiply a short text to any size, or lead back to themselves. */
const MAX_DEPTH = 64
const MAX_NODES = 100_000

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

  const problemAt = (node: Node | null, message: string) => {
    const [start, end] = node?.range ?? [0, 1]
    problems.push(at(start, Math.max(start, end), message))
  }

  const follow = (node: Node | null): Node | null => {
    if (!isAlias(node)) return node
    const target = node.resolve(document)
    if (target === undefined) problemAt(node, `no anchor &${node.source} stands above this alias`)
    return target ?? null
  }

  let nodes = 0
  let depth = 0
  let isTooLarge = false
  const read = (node: Node | null, path: Path, key: readonly [number, number]): unknown => {
    if (isTooLarge) return undefined
    nodes += 1
    if (nodes > MAX_NODES || depth > MAX_DEPTH) {
      isTooLarge = true
      const limit = depth > MAX_DEPTH ? `${MAX_DEPTH} levels` : `${MAX_NODES} values`
      problemAt(node, `the configuration has more than ${limit}; each use of an alias counts`)
      return undefined
    }
    depth += 1
    const value = readNode(node, path, key)
    depth -= 1
    return value
  }

  const readNode = (node: Node | null, path: Path, key: readonly [number, number]): unknown => {
    const resolved = follow(node)
    const range = node?.range ?? null
    const place: Place = {
      key,
      value: range === null ? key : [range[0], Math.max(range[0], range[1])],
      source: isScalar(resolved) ? resolved.source : undefined,
    }
    places.set(path.join('\0'), place)
    if (isMap(resolved)) {
      const result: Record<string, unknown> = {}
      const pairs = resolved.items.map((pair) => ({ ...pair, name: readKey(pair.key as Node | null) }))
      for (const { name, value } of pairs) {
        if (name === MERGE) define(result, readMerged(value as Node | null, path, key))
      }
      // What is merged stands for the same path; what is written here stands over it.
      places.set(path.join('\0'), place)
      for (const pair of pairs) {
        const { name } = pair
        if (name === undefined || name === MERGE) continue
        const keyRange = (pair.key as Node | null)?.range ?? [place.value[0], place.value[0]]
        const value = read(pair.value as Node | null, [...path, name], [keyRange[0], keyRange[1]])
        define(result, Object.fromEntries([[name, value]]))
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
    let isExpanded = true
    const expanded = expand(resolved.value, options.env, (message) => {
      isExpanded = false
      problems.push(at(...place.value, message))
    })
    if (!isExpanded) return undefined
    places.set(path.join('\0'), { ...place, source: expanded })
    return resolved.type === 'PLAIN' ? plainScalar(expanded, options.yamlVersion) : expanded
  }

  /** Keys are texts, as written: `on` is not `true`. */
  const readKey = (node: Node | null): string | undefined => {
    const key = follow(node)
    if (key === null) return 'null'
    if (isScalar(key)) return key.source ?? (typeof key.value === 'symbol' ? MERGE : String(key.value))
    problemAt(node, 'a key is a text; this is a list or a mapping')
    return undefined
  }

  /** One mapping, or a list of them of which the first counts most. */
  const readMerged = (node: Node | null, path: Path, key: readonly [number, number]): object => {
    const resolved = follow(node)
    const parts = isSeq(resolved) ? resolved.items.toReversed() : [resolved]
    const result = {}
    for (const part of parts) {
      const value = read(part as Node | null, path, key)
      if (isPlainObject(value)) define(result, value)
      else if (value !== undefined) problemAt(part as Node | null, '<< takes a mapping or a list of mappings')
    }
    return result
  }

  const overflow = document.errors.find(({ message }) => message.includes('call stack'))
  if (overflow !== undefined) problems.push(at(...overflow.pos, 'nested too deeply'))
  else
    for (const { pos, message, code } of document.errors) problems.push(at(...pos, PLAINER[code] ?? firstLine(message)))
  const value = problems.length > 0 ? undefined : read(document.contents as Node | null, [], [0, 0])

  return {
    value: isTooLarge ? undefined : value,
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

const firstLine = (message: string) => message.split('\n')[0]!

/** What the parser says to programmers, said to those who wrote the file. */
const PLAINER: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'a second document begins here; a configuration is a single one',
}

/** As Object.assign, but a key is never more than a key: `__proto__` too. */
function define(target: object, entries: object): void {
  for (const [name, value] of Object.entries(entries)) {
    Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true })
  }
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
